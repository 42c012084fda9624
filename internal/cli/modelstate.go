package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/dendra-net/dendra/internal/durable"
	"github.com/dendra-net/dendra/internal/plot"
	"github.com/dendra-net/dendra/nn"
)

// A training that was stopped lies in OUT.state: a line of JSON, which is a stateHead, and what nn's Trainer saves.
const (
	stateSuffix   = ".state"
	stateVersion  = 1
	maxHeadBytes  = 1 << 16
	bytesPerState = 12 // of each parameter: itself and two moments
)

// course is what was asked of a training. Only the same course goes on from a state.
type course struct {
	Model   nn.Config `json:"model"`
	Steps   int       `json:"steps"`   // 0: as many as Seconds allow
	Seconds float64   `json:"seconds"` // 0: Steps are given
	Seed    uint64    `json:"seed"`
	Rate    float64   `json:"rate"`
	Text    string    `json:"text_sha256"`
}

type stateHead struct {
	Version int          `json:"version"`
	Course  course       `json:"course"`
	Curve   []plot.Point `json:"curve"`
}

// saveState keeps a training so that it survives a crash while it is written, too.
func saveState(name string, c course, curve []plot.Point, t *nn.Trainer) error {
	head, err := json.Marshal(stateHead{stateVersion, c, curve})
	if err != nil {
		return err
	}
	buffer := bytes.NewBuffer(append(head, '\n'))
	if err := t.Save(buffer); err != nil {
		return err
	}
	return durable.Replace(name, buffer.Bytes(), 0o644)
}

// loadState takes up a training, or returns nil when none is kept.
func loadState(name string, c course, text []byte) (*nn.Trainer, []plot.Point, error) {
	if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	raw, err := readInput(name, int64(bytesPerState*c.Model.Parameters()+2*maxHeadBytes), "bad_training")
	if err != nil {
		return nil, nil, err
	}
	line, rest, found := bytes.Cut(raw, []byte{'\n'})
	var head stateHead
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&head); !found || err != nil || head.Version != stateVersion || len(head.Curve) > 2*maxPoints {
		return nil, nil, usagef("bad_training", "%s keeps no training of this program", name)
	}
	if head.Course != c {
		return nil, nil, usagef("bad_training", "%s keeps another training: %s", name, head.Course.difference(c))
	}
	t, err := nn.Resume(bytes.NewReader(rest), text)
	if err != nil {
		return nil, nil, usagef("bad_training", "%s: %v", name, err)
	}
	if t.Model().Config() != c.Model {
		return nil, nil, usagef("bad_training", "%s keeps a model of another shape than it says", name)
	}
	return t, head.Curve, nil
}

// difference names the first thing in which what is kept differs from what is asked.
func (c course) difference(asked course) string {
	for _, f := range []struct {
		name       string
		kept, want any
	}{
		{"shape", c.Model, asked.Model}, {"steps", c.Steps, asked.Steps}, {"seconds", c.Seconds, asked.Seconds},
		{"seed", c.Seed, asked.Seed}, {"rate", c.Rate, asked.Rate}, {"text's SHA-256", c.Text, asked.Text},
	} {
		if f.kept != f.want {
			return fmt.Sprintf("its %s is %v, not %v", f.name, f.kept, f.want)
		}
	}
	return "none"
}
