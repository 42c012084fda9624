package arch

import (
	"go/ast"
	"go/types"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/packages"
)

// deterministic are the rooms in which every machine must compute the same: the modules, the application and the pure
// packages.
var deterministic = []string{"x", "chain", "fixed", "issuance", "yuma", "seal", "nn/canon"}

// exempt are packages inside those rooms that are no part of the state machine.
var exempt = []string{"chain/node", "yuma/vector"}

// banned names what differs from machine to machine or from run to run.
var banned = map[string]string{
	"time.Now": "the clock", "time.Since": "the clock", "time.Until": "the clock", "time.After": "the clock",
	"os.Getenv": "the environment", "os.LookupEnv": "the environment", "runtime.NumCPU": "the machine", "runtime.GOMAXPROCS": "the machine",
	"maps.Keys": "map order", "maps.Values": "map order", "maps.All": "map order",
}

func TestDeterminism(t *testing.T) {
	var patterns []string
	for _, room := range deterministic {
		patterns = append(patterns, Module+"/"+room+"/...")
	}
	list, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedImports | packages.NeedExportFile,
	}, patterns...)
	require.NoError(t, err)
	require.NotEmpty(t, list)
	for _, p := range list {
		if len(p.Errors) > 0 {
			t.Errorf("%s: %v", p.PkgPath, p.Errors)
			continue
		}
		if !isExempt(strings.TrimPrefix(p.PkgPath, Module+"/")) {
			checkPackage(t, p)
		}
	}
}

func isExempt(path string) bool {
	for _, e := range exempt {
		if under(path, e) {
			return true
		}
	}
	return false
}

func checkPackage(t *testing.T, p *packages.Package) {
	for _, file := range p.Syntax {
		name := p.Fset.Position(file.Pos()).Filename
		if generated(name) {
			continue
		}
		excused := excuses(p, file)
		ast.Inspect(file, func(n ast.Node) bool {
			if n == nil {
				return true
			}
			if why := fault(p.TypesInfo, n); why != "" {
				at := p.Fset.Position(n.Pos())
				if !excused[at.Line] {
					t.Errorf("%s:%d: %s", filepath.Base(filepath.Dir(name))+"/"+filepath.Base(name), at.Line, why)
				}
			}
			return true
		})
	}
}

// excuses are the lines whose comment says that the order does not matter: "// any order: why".
func excuses(p *packages.Package, file *ast.File) map[int]bool {
	lines := map[int]bool{}
	for _, group := range file.Comments {
		for _, c := range group.List {
			if strings.HasPrefix(c.Text, "// any order: ") {
				lines[p.Fset.Position(c.Pos()).Line] = true
			}
		}
	}
	return lines
}

func fault(info *types.Info, n ast.Node) string {
	switch n := n.(type) {
	case *ast.RangeStmt:
		if _, ok := info.TypeOf(n.X).Underlying().(*types.Map); ok {
			return "ranges over a map"
		}
	case *ast.GoStmt:
		return "starts a goroutine"
	case *ast.SelectStmt:
		return "selects"
	case *ast.ImportSpec:
		switch strings.Trim(n.Path.Value, `"`) {
		case "math/rand", "math/rand/v2", "crypto/rand":
			return "imports randomness"
		}
	case *ast.Ident:
		if b, ok := info.TypeOf(n).(*types.Basic); ok && b.Info()&types.IsFloat != 0 {
			return "uses a floating-point number: " + n.Name
		}
	case *ast.SelectorExpr:
		if f, ok := info.Uses[n.Sel].(*types.Func); ok && f.Pkg() != nil {
			if why := banned[f.Pkg().Path()+"."+f.Name()]; why != "" {
				return "uses " + why + ": " + f.Pkg().Name() + "." + f.Name()
			}
		}
	}
	return ""
}
