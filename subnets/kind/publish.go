package kind

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/dendra-net/dendra/subnets/lm"
	"github.com/dendra-net/dendra/subnets/pretrain"
)

// Publish makes a miner of pretrain that trains nothing: it publishes a model's file, and again when the file has
// changed. The error is ErrModel, or lm.ErrArtifact when the file is no model that can be run.
func Publish(s Seat, file string) (Work, error) {
	if err := CheckArtifact(file); err != nil {
		return Work{}, err
	}
	return trainWith(s.complete(pretrain.Name), publisher{file})
}

// CheckArtifact refuses a file that Publish would refuse.
func CheckArtifact(file string) error {
	_, err := (publisher{file}).read()
	return err
}

// publisher is a trainer of whatever its file holds at the moment.
type publisher struct{ file string }

func (p publisher) First(context.Context, pretrain.Course) ([]byte, error) { return p.read() }

func (p publisher) Train(context.Context, pretrain.Course) ([]byte, error) { return p.read() }

// read returns the file when it holds a model that validators would run. One that is being written over is read again
// for the next exam.
func (p publisher) read() ([]byte, error) {
	f, err := os.Open(p.file)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrModel, err)
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, pretrain.MaxArtifact+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrModel, err)
	}
	if len(content) > pretrain.MaxArtifact {
		return nil, fmt.Errorf("%w: %s is larger than the %d bytes that count", ErrModel, p.file, pretrain.MaxArtifact)
	}
	if _, err := lm.Load(content); err != nil {
		return nil, fmt.Errorf("%s: %w", p.file, err)
	}
	return content, nil
}
