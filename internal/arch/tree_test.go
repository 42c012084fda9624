package arch

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// pkg is what `go list` says of a package.
type pkg struct {
	ImportPath, Dir, Name, Doc string
	GoFiles                    []string
	Deps                       []string
	Standard                   bool
}

func (p pkg) path() string { return strings.TrimPrefix(p.ImportPath, Module+"/") }

var tree = sync.OnceValues(func() ([]pkg, error) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,Name,Doc,GoFiles,Deps,Standard", Module+"/...")
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	var list []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return list, nil
		} else if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
})

func ourPackages(t *testing.T) []pkg {
	t.Helper()
	list, err := tree()
	require.NoError(t, err)
	require.NotEmpty(t, list)
	return list
}

func under(path, folder string) bool { return path == folder || strings.HasPrefix(path, folder+"/") }

func TestDirections(t *testing.T) {
	for _, p := range ourPackages(t) {
		for _, d := range directions {
			if !under(p.path(), d.from) {
				continue
			}
			for _, dep := range p.Deps {
				if d.to == "" {
					if !pureAllows(d.from, dep) {
						t.Errorf("%s imports %s: %s", p.path(), dep, d.why)
					}
				} else if under(dep, d.to) {
					t.Errorf("%s imports %s: %s", p.path(), dep, d.why)
				}
			}
		}
	}
}

// pureAllows says whether a pure room may import dep: the standard library has no dot in its first element.
func pureAllows(room, dep string) bool {
	first, _, _ := strings.Cut(dep, "/")
	if !strings.Contains(first, ".") {
		return true
	}
	for _, ok := range within[room] {
		if under(dep, ok) || under(dep, Module+"/"+ok) {
			return true
		}
	}
	return false
}

// A keeper declares what it needs of another module and never imports that module's keeper.
func TestKeepersDoNotImportKeepers(t *testing.T) {
	for _, p := range ourPackages(t) {
		own, ok := strings.CutSuffix(p.path(), "/keeper")
		if !ok || !under(own, "x") {
			continue
		}
		for _, dep := range p.Deps {
			if under(dep, Module+"/x") && strings.HasSuffix(dep, "/keeper") {
				t.Errorf("%s imports %s: declare the need in %s/expected_keepers.go", p.path(), dep, own)
			}
		}
	}
}

func TestEveryPackageHasAComment(t *testing.T) {
	for _, p := range ourPackages(t) {
		if len(p.GoFiles) > 0 && p.Doc == "" {
			t.Errorf("%s has no package comment", p.path())
		}
	}
}

func TestNames(t *testing.T) {
	for _, p := range ourPackages(t) {
		switch base := filepath.Base(p.path()); base {
		case "common", "helpers", "helper", "utils", "util", "types", "misc":
			t.Errorf("%s: %q says nothing of what is in it", p.path(), base)
		}
	}
}
