package kind

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/dendra-net/dendra/corpus/fresh"
	"github.com/dendra-net/dendra/subnets/mixture"
	"github.com/dendra-net/dendra/subnets/pretrain"
	"github.com/dendra-net/dendra/subnets/vision"
)

// maxShards bounds a validator's own text, which is held in memory.
const maxShards = 64 << 20

// source is the text of r; nil stands for the shipped one.
func (r Rules) source() (fresh.Source, error) {
	if r.Shards == "" {
		return nil, nil
	}
	return fresh.Dir(r.Shards, maxShards)
}

// Check refuses with fresh.ErrTexts a folder of text that no exam could be drawn from.
func (r Rules) Check() error {
	_, err := r.source()
	return err
}

var pretrainKind = Kind{
	Name: "pretrain", About: "models' files, paid by their loss on text nobody has seen", Models: pretrain.Kinds(), mine: minePretrain,
	judge: func(r Rules) (Judge, error) {
		source, err := r.source()
		if err != nil {
			return Judge{}, err
		}
		e := &pretrain.Examiner{Source: source}
		if 0 < r.Epoch && r.Epoch < shortEpoch {
			e.FetchTime = r.Epoch / 10
		}
		return Judge{Examiner: e}, nil
	},
}

// shortEpoch is too short to wait for slow miners as long as usual.
const shortEpoch = 2 * time.Minute

func minePretrain(s Seat, model string) (Work, error) {
	trainer, _ := pretrain.NewTrainer(model)
	return trainWith(s, trainer)
}

func trainWith(s Seat, trainer pretrain.Trainer) (Work, error) {
	m, err := pretrain.New(pretrain.Config{
		Chain: s.Chain, Key: s.Key, Netuid: s.Netuid, Trainer: trainer, Dir: s.Dir, CPUShare: s.CPUShare, Quiet: s.Quiet,
		PublicOnly: s.PublicOnly, Log: s.Log,
	})
	if err != nil {
		return Work{}, err
	}
	return Work{Handler: m, Admit: pretrain.Admit, Run: m.Run}, nil
}

var mixtureKind = Kind{
	Name: "mixture", About: "what the next byte will be, paid by what the others lose without it", Models: experts(), Insiders: []string{"blender", "parrot"}, mine: mineMixture,
	Sells: collectiveModel, sell: sellCollective, upstream: askServer,
	judge: func(r Rules) (Judge, error) {
		source, err := r.source()
		if err != nil {
			return Judge{}, err
		}
		examiner, err := mixture.New(mixture.Options{Source: source})
		if err != nil {
			return Judge{}, err
		}
		return Judge{Examiner: examiner}, nil
	},
}

func experts() []string {
	var names []string
	for _, e := range mixture.Experts() {
		names = append(names, e.Name)
	}
	return names
}

// askServer makes a miner of any server that tells log-probabilities; users are passed on to it.
func askServer(s Server) (http.Handler, error) {
	return &mixture.Upstream{URL: s.URL, Model: s.Model, APIKey: s.APIKey, Chat: s.Chat}, nil
}

func mineMixture(s Seat, model string) (Work, error) {
	expert, _ := mixture.ExpertOf(model)
	build := expert.Build
	if s.Victim != "" {
		build = func(name string, m mixture.Market) (http.Handler, error) { return mixture.NewParrot(name, m, s.Victim) }
	}
	handler, err := build(s.Model, s.Market)
	if err != nil {
		return Work{}, fmt.Errorf("model %s: %w", model, err)
	}
	return Work{Handler: handler}, nil
}

var visionKind = Kind{
	Name: "vision", About: "what a picture says, paid by the chance given to the truth", Models: vision.Models(), Programs: []string{tesseract}, mine: mineVision,
	judge: func(Rules) (Judge, error) {
		task, err := vision.New(vision.Options{})
		if err != nil {
			return Judge{}, err
		}
		return Judge{Task: task}, nil
	},
	ready: func(ctx context.Context) error {
		reader, err := installed()
		if err != nil {
			return err
		}
		if err := reader.Check(ctx); err != nil {
			return fmt.Errorf("%w: %w", ErrProgram, err)
		}
		return nil
	},
	ask: askVision,
}

// tesseract is an OCR program that many systems offer: a real reader, made for print.
const tesseract = "tesseract"

func installed() (vision.Tesseract, error) {
	reader, err := vision.Installed()
	if err != nil {
		return reader, fmt.Errorf("%w: %w", ErrProgram, err)
	}
	return reader, nil
}

func mineVision(s Seat, model string) (Work, error) {
	if model == tesseract {
		reader, err := installed()
		return Work{Handler: vision.Handler(reader, s.Model)}, err
	}
	reader, err := vision.Open(model)
	if err != nil {
		return Work{}, fmt.Errorf("model %s: %w", model, err)
	}
	return Work{Handler: vision.Handler(reader, s.Model)}, nil
}

// askVision is a question of the task itself, the same every time.
func askVision() ([]byte, error) {
	task, err := vision.New(vision.Options{})
	if err != nil {
		return nil, err
	}
	return task.Questions([32]byte{}, 1)[0].Body, nil
}
