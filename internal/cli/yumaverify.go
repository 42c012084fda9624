package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/x/subnet"
	"github.com/dendra-net/dendra/yuma/vector"
)

// maxVectors bounds the files of one verification.
const maxVectors = 100_000

// verifyVectors verifies files and all vectors in directories.
func (a *app) verifyVectors(ctx context.Context, given []string, full bool) error {
	paths, err := vectorPaths(given)
	if err != nil {
		return err
	}
	v := verification{Files: []verdict{}}
	var refused error
	line := term.NewLine(a.Stderr, term.Live(a.Stderr, a.Getenv))
	for _, path := range paths {
		one, err := verifyVector(ctx, path, full, line)
		if err != nil && ctx.Err() != nil {
			line.Clear()
			return err
		}
		if err != nil && refused == nil {
			refused = err
		}
		v.add(one)
	}
	line.Clear()
	if err := a.emit(v, v.print); err != nil {
		return err
	}
	switch {
	case refused != nil:
		return refused
	case v.Sum.Failed > 0:
		return failf("vector_failed", "%d of %d figures are not what their files expect", v.Sum.Failed, v.Sum.Compared)
	}
	return nil
}

// vectorPaths lists the files, and the vectors in and below the directories, that were named.
func vectorPaths(given []string) (paths []string, err error) {
	for _, root := range given {
		before := len(paths)
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			isVector := path == root || filepath.Ext(path) == ".json" && d.Name() != "schema.json" // the format's own description
			if err == nil && !d.IsDir() && isVector {
				paths = append(paths, path)
			}
			if err == nil && len(paths) > maxVectors {
				return usagef("bad_vector", "more than %d files", maxVectors)
			}
			return err
		})
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, usagef("no_such_file", "there is no file or directory %q", root)
		case err != nil:
			return nil, fmt.Errorf("look for vectors: %w", err)
		case len(paths) == before:
			return nil, usagef("no_such_file", "there are no vectors (*.json) in %q", root)
		}
	}
	return paths, nil
}

// verifyVector verifies one file. A file that is no vector has a verdict, too, beside the error.
func verifyVector(ctx context.Context, path string, full bool, line *term.Line) (verdict, error) {
	file, err := loadVector(path)
	if err != nil {
		return verdict{File: path, NotApplicable: []notChecked{}, Verdict: "refused", Refusal: faultOf(err).Message}, err
	}
	report, err := vector.Verify(ctx, file, vector.Options{Full: full, AlphaBounds: alphaBounds, Progress: func(done, of int) {
		line.Show("%s: %d of %d", file.ID, done, of)
	}})
	if err != nil {
		return verdict{}, err
	}
	return newVerdict(path, report), nil
}

// alphaBounds is the chain's check of the bounds of liquid alpha.
func alphaBounds(low, high uint16) error {
	rules := subnet.DefaultHyperparameters()
	rules.LiquidAlpha, rules.AlphaLowU16, rules.AlphaHighU16 = true, uint32(low), uint32(high)
	return rules.Validate()
}
