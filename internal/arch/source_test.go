package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = "../.."

// walk calls f for every file of the tree that git would keep.
func walk(t *testing.T, f func(path string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules") {
			return fs.SkipDir
		}
		if !d.IsDir() {
			f(path)
		}
		return nil
	})
	require.NoError(t, err)
}

func generated(path string) bool {
	return strings.HasSuffix(path, ".pb.go") || strings.HasSuffix(path, ".pb.gw.go")
}

const longest = 100

// A function over 100 lines says in its comment why it is one thought: "Long: ...".
func TestFunctionsAreShort(t *testing.T) {
	walk(t, func(path string) {
		if !strings.HasSuffix(path, ".go") || generated(path) {
			return
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, parser.ParseComments)
		if err != nil {
			t.Error(err)
			return
		}
		for _, d := range file.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			lines := files.Position(fn.End()).Line - files.Position(fn.Pos()).Line
			if lines > longest && !strings.Contains(fn.Doc.Text(), "Long: ") {
				t.Errorf("%s: %s has %d lines, the most is %d", path, fn.Name.Name, lines, longest)
			}
		}
	})
}

var (
	requirement = regexp.MustCompile(`\bR-[A-Z]+-[0-9]+\b`)
	defined     = regexp.MustCompile(`\*\*(R-[A-Z]+-[0-9]+)\*\*`)
	span        = regexp.MustCompile(`\b(R-[A-Z]+-)([0-9]+)\.\.([0-9]+)\b`)
)

// Every numbered requirement of a spec is named by a test, and every number a test names exists.
func TestRequirementsAreTested(t *testing.T) {
	want, tested := map[string]string{}, map[string]bool{}
	walk(t, func(path string) {
		name := filepath.Base(path)
		spec := name == "README.md" || strings.Contains(path, "/spec/")
		test := strings.HasSuffix(name, "_test.go") || strings.Contains(path, "/testdata/") && strings.HasSuffix(name, ".txt")
		if !spec && !test || strings.Contains(path, "/internal/arch/") {
			return
		}
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		if spec {
			for _, m := range defined.FindAllStringSubmatch(string(raw), -1) {
				want[m[1]] = path
			}
		}
		if test {
			for _, id := range requirement.FindAllString(expand(string(raw)), -1) {
				tested[id] = true
			}
		}
	})
	require.NotEmpty(t, want)
	for id, path := range want {
		if !tested[id] {
			t.Errorf("%s (%s) is named by no test", id, path)
		}
	}
	for id := range tested {
		if want[id] == "" {
			t.Errorf("a test names %s, which no spec defines", id)
		}
	}
}

// expand writes R-X-1..3 out.
func expand(text string) string {
	return span.ReplaceAllStringFunc(text, func(s string) string {
		m := span.FindStringSubmatch(s)
		var out []string
		for n := atoi(m[2]); n <= atoi(m[3]); n++ {
			out = append(out, m[1]+itoa(n))
		}
		return strings.Join(out, " ")
	})
}
