package kind

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/dendra-net/dendra/internal/durable"
	"github.com/dendra-net/dendra/subnets/pretrain"
)

// Publish makes a miner of pretrain that trains nothing: it publishes a model's file, and again when the file has
// changed. What CheckArtifact refuses is refused here too.
func Publish(s Seat, file string) (Work, error) {
	if err := CheckArtifact(file); err != nil {
		return Work{}, err
	}
	return trainWith(s.complete(pretrain.Name), publisher{file})
}

// CheckArtifact refuses a file that validators would not measure. The error is fs.ErrNotExist when there is none, ErrFile
// when it cannot be read or is no model that they run.
func CheckArtifact(file string) error {
	_, err := publisher{file}.read(context.Background())
	return err
}

// publisher is a trainer of whatever its file holds at the moment.
type publisher struct{ file string }

func (p publisher) First(ctx context.Context, _ pretrain.Course) ([]byte, error) { return p.read(ctx) }

func (p publisher) Train(ctx context.Context, _ pretrain.Course) ([]byte, error) { return p.read(ctx) }

// read returns the file when it holds a model that validators would run. One that is being written over is read again
// for the next exam.
func (p publisher) read(ctx context.Context) ([]byte, error) {
	content, err := durable.Read(p.file, pretrain.MaxArtifact)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	err = pretrain.Check(ctx, content)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, fmt.Errorf("%w: %s: %w", ErrFile, p.file, err)
	}
	return content, nil
}
