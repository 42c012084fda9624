package arch

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/modfile"
)

func goMod(t *testing.T) *modfile.File {
	t.Helper()
	raw, err := os.ReadFile("../../go.mod")
	require.NoError(t, err)
	f, err := modfile.Parse("go.mod", raw, nil)
	require.NoError(t, err)
	return f
}

func TestNoReplace(t *testing.T) {
	require.Empty(t, goMod(t).Replace, "a replaced module is not the one people trust")
}

// Every direct dependency stands in dependencies.txt with the reason it is there, and nothing else does.
func TestDependencies(t *testing.T) {
	f, err := os.Open("dependencies.txt")
	require.NoError(t, err)
	defer f.Close()
	why := map[string]string{}
	for s := bufio.NewScanner(f); s.Scan(); {
		if line := strings.TrimSpace(s.Text()); line != "" && !strings.HasPrefix(line, "#") {
			module, reason, _ := strings.Cut(line, " ")
			why[module] = strings.TrimSpace(reason)
		}
	}
	for _, r := range goMod(t).Require {
		if r.Indirect {
			continue
		}
		if why[r.Mod.Path] == "" {
			t.Errorf("%s is a direct dependency without a reason in internal/arch/dependencies.txt", r.Mod.Path)
		}
		delete(why, r.Mod.Path)
	}
	for module := range why {
		t.Errorf("%s stands in dependencies.txt and is no direct dependency", module)
	}
}
