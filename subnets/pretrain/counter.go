package pretrain

import (
	"context"

	"github.com/dendra-net/dendra/mix"
)

const (
	counterMemory = 32 << 20
	firstBytes    = 256 << 10 // of the text, for an artifact at once
	pieceBytes    = 64 << 10  // counted between two rests
)

// counter trains an n-gram: it counts the base once, and each shard as it is revealed.
type counter struct {
	order        int
	base         int  // bytes of the base it counts, evenly from all of it
	revealedOnly bool // none of the base

	model *mix.NGram
	next  uint64 // epoch of the first shard that is not counted yet
	ready []byte // the artifact, if nothing has come since
}

func (t *counter) First(_ context.Context, c Course) ([]byte, error) {
	if t.revealedOnly {
		return nil, nil
	}
	pieces := t.pieces(c.Base)
	m, err := mix.NewNGram(mix.NGramConfig{Order: t.order, MaxBytes: counterMemory})
	if err != nil {
		return nil, err
	}
	for i := 0; i < len(pieces); i += max(1, len(pieces)*pieceBytes/firstBytes) {
		m.Train(pieces[i])
	}
	return m.Fit(MaxArtifact)
}

func (t *counter) Train(ctx context.Context, c Course) ([]byte, error) {
	if err := t.begin(ctx, c); err != nil {
		return nil, err
	}
	for _, s := range c.Fresh {
		if s.Epoch < t.next {
			continue
		}
		for _, text := range s.Texts {
			t.model.Train(text)
		}
		t.next, t.ready = s.Epoch+1, nil
	}
	if t.ready != nil {
		return t.ready, nil
	}
	err := c.Pace.Do(ctx, func() (err error) {
		t.ready, err = t.model.Fit(MaxArtifact)
		return err
	})
	return t.ready, err
}

// begin counts the base, unless that is done.
func (t *counter) begin(ctx context.Context, c Course) error {
	if t.model != nil {
		return nil
	}
	m, err := mix.NewNGram(mix.NGramConfig{Order: t.order, MaxBytes: counterMemory})
	if err != nil {
		return err
	}
	for _, p := range t.pieces(c.Base) {
		if err := c.Pace.Do(ctx, func() error { m.Train(p); return nil }); err != nil {
			return err
		}
	}
	t.model = m
	return nil
}

// pieces cuts what is to be counted, so that a part of the base is taken evenly from all of it.
func (t *counter) pieces(base []byte) (list [][]byte) {
	if t.revealedOnly {
		return nil
	}
	every := max(1, len(base)/t.base)
	for at := 0; at < len(base); at += every * pieceBytes {
		list = append(list, base[at:min(at+pieceBytes, len(base))])
	}
	return list
}
