package mixture

import (
	"fmt"
	"sync"

	"github.com/dendra-net/dendra/corpus"
	"github.com/dendra-net/dendra/mix"
)

const (
	kindBytes       = 2 << 20 // of training text of one kind, for a miner that knows it alone
	expertBytes     = 1 << 20 // of all kinds together
	expertOrder     = 5
	baseOrder       = 2
	backgroundOrder = 4
	modelMemory     = 16 << 20
)

// train makes a count model of the first bytes of training text, as many of each kind.
func train(order, bytes int, kinds ...corpus.Kind) (*mix.NGram, error) {
	m, err := mix.NewNGram(mix.NGramConfig{Order: order, MaxBytes: modelMemory})
	if err != nil {
		return nil, err
	}
	for _, kind := range kinds {
		text, err := corpus.Text(kind, corpus.Training)
		if err != nil {
			return nil, fmt.Errorf("train on %s: %w", kind, err)
		}
		m.Train(text[:min(len(text), bytes/len(kinds))])
	}
	return m, nil
}

// Base is the public model that everybody has: counts of pairs of bytes in the shipped training text. It is prior art to
// every miner, and what one must beat to show any skill.
var Base = sync.OnceValues(func() (*mix.NGram, error) { return train(baseOrder, expertBytes, corpus.Kinds()...) })

// Background is a small model of all shipped training text, for guesses that need not be good.
var Background = sync.OnceValues(func() (*mix.NGram, error) { return train(backgroundOrder, expertBytes, corpus.Kinds()...) })
