package kind_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/subnets/kind"
)

// standIn speaks tesseract's command line: a picture on stdin, text and a form feed on stdout, complaints on stderr.
const standIn = `#!/bin/sh
case "$*" in
"stdin stdout --psm 6" | "stdin stdout --psm 7" | "stdin stdout --psm 10") ;;
*) echo "read_params_file: Can't open $1" >&2; exit 1 ;;
esac
case "$(head -c 8 | od -An -tx1 | tr -d ' \n')" in
89504e470d0a1a0a) ;;
*) echo "Error during processing." >&2; exit 1 ;;
esac
cat >/dev/null
printf 'K7\n\f'
`

// install puts a program of that name, with that script, into PATH before all others.
func install(t *testing.T, script string) {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tesseract"), []byte(script), 0o755))
	t.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH"))
}

// read puts the kind's own question to a model and returns the text it answers.
func read(t *testing.T, k kind.Kind, model string) string {
	t.Helper()
	question, err := k.Question()
	require.NoError(t, err)
	work, err := k.Mine(kind.Seat{}, model)
	require.NoError(t, err)
	w := httptest.NewRecorder()
	work.Handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/chat/completions", strings.NewReader(string(question))))
	require.Equal(t, http.StatusOK, w.Code, w.Body)
	var answer struct {
		Choices []struct{ Message struct{ Content string } }
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &answer))
	require.Len(t, answer.Choices, 1)
	return answer.Choices[0].Message.Content
}

func TestAProgramMines(t *testing.T) {
	k, _ := kind.ByName("vision")
	require.Contains(t, k.Offers(), "tesseract")
	require.NotContains(t, k.Models, "tesseract", "what the program does not carry")
	install(t, standIn)
	require.NoError(t, k.Ready(t.Context(), "tesseract"))
	require.Equal(t, "K7", strings.Fields(read(t, k, "tesseract"))[0])
}

func TestAProgramThatIsNotThereMinesNothing(t *testing.T) {
	k, _ := kind.ByName("vision")
	install(t, "#!/bin/sh\necho Error opening data file eng.traineddata >&2; exit 1\n")
	err := k.Ready(t.Context(), "tesseract")
	require.ErrorIs(t, err, kind.ErrProgram)
	require.ErrorContains(t, err, "eng.traineddata")
	t.Setenv("PATH", t.TempDir())
	require.ErrorIs(t, k.Ready(t.Context(), "tesseract"), kind.ErrProgram)
	_, err = k.Mine(kind.Seat{}, "tesseract")
	require.ErrorIs(t, err, kind.ErrProgram)
	require.NoError(t, k.Ready(t.Context(), "cnn"), "what is built in needs no program")
}

// TestTheRealProgramMines runs the tesseract that DENDRA_TESSERACT names.
func TestTheRealProgramMines(t *testing.T) {
	path := os.Getenv("DENDRA_TESSERACT")
	if path == "" {
		t.Skip("DENDRA_TESSERACT names no tesseract program")
	}
	t.Setenv("PATH", filepath.Dir(path)+string(filepath.ListSeparator)+os.Getenv("PATH"))
	k, _ := kind.ByName("vision")
	require.NoError(t, k.Ready(t.Context(), "tesseract"))
	require.NotEmpty(t, read(t, k, "tesseract"))
}

// Whoever lives by what others answer is no miner of its own: nobody would tell it anything.
func TestInsidersAreNotOffered(t *testing.T) {
	k, _ := kind.ByName("mixture")
	for _, model := range []string{"parrot", "blender"} {
		require.Contains(t, k.Models, model)
		require.NotContains(t, k.Offers(), model)
		require.ErrorIs(t, k.Ready(t.Context(), model), kind.ErrModel)
		_, err := k.Mine(kind.Seat{}, model)
		require.Error(t, err, "without a market")
	}
	for _, k := range kind.All() {
		for _, model := range k.Offers() {
			if k.Name != "vision" {
				require.NoError(t, k.Ready(t.Context(), model))
			}
		}
	}
}
