package fresh

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// passage is one of some letters with the given new spans.
func passage(spans ...Span) Passage {
	return Passage{Kind: Own, Text: []byte(strings.Repeat("x", MinBytes)), New: spans}
}

func TestPassagesComeBackAsTheyWere(t *testing.T) {
	shipped, err := Corpus()
	require.NoError(t, err)
	for name, source := range map[string]Source{"shipped": shipped, "own": files{[]byte(strings.Repeat("Über allen Gipfeln. ", 200))}} {
		list, err := source.Draw([32]byte{7}, 24, 513)
		require.NoError(t, err)
		encoded, err := Encode(list)
		require.NoError(t, err, name)
		again, err := Decode(encoded)
		require.NoError(t, err, name)
		require.Equal(t, list, again, name)
		for i := range encoded {
			_, err := Decode(encoded[:i])
			require.ErrorIs(t, err, ErrEncoded, "%s cut at %d", name, i)
		}
	}
}

func TestEncodeRefuses(t *testing.T) {
	with := func(change func(*Passage)) []Passage {
		p := passage(Span{0, 4})
		change(&p)
		return []Passage{passage(), p}
	}
	large := Passage{Kind: Own, Text: make([]byte, MaxBytes)}
	for _, c := range []struct {
		name, says string
		list       []Passage
	}{
		{"nothing", "0 of them", nil},
		{"too many", "4097 of them", make([]Passage, MaxPassages+1)},
		{"too much", "more than 4194304 bytes", append(repeated(large, maxDrawBytes/MaxBytes), passage())},
		{"no kind", "passage 1 has a kind of 0 bytes", with(func(p *Passage) { p.Kind = "" })},
		{"a long kind", "a kind of 33 bytes", with(func(p *Passage) { p.Kind = strings.Repeat("a", 33) })},
		{"an odd kind", "small letters", with(func(p *Passage) { p.Kind = "o\x1bwn" })},
		{"short text", "63 bytes, it must be 64", with(func(p *Passage) { p.Text = p.Text[1:] })},
		{"long text", "65537 bytes", with(func(p *Passage) { p.Text = make([]byte, MaxBytes+1) })},
		{"an empty span", "new bytes from 3 to 3", with(func(p *Passage) { p.New = []Span{{3, 3}} })},
		{"before the text", "new bytes from -1", with(func(p *Passage) { p.New = []Span{{-1, 3}} })},
		{"beyond the text", "new bytes from 3 to 65", with(func(p *Passage) { p.New = []Span{{3, 65}} })},
		{"touching spans", "after others up to 4", with(func(p *Passage) { p.New = []Span{{0, 4}, {4, 6}} })},
		{"spans out of order", "after others up to 9", with(func(p *Passage) { p.New = []Span{{6, 9}, {0, 4}} })},
	} {
		_, err := Encode(c.list)
		require.ErrorIs(t, err, ErrEncoded, c.name)
		require.ErrorContains(t, err, c.says, c.name)
	}
}

func repeated(p Passage, n int) []Passage {
	list := make([]Passage, n)
	for i := range list {
		list[i] = p
	}
	return list
}

func TestDecodeRefuses(t *testing.T) {
	good, err := Encode([]Passage{passage(Span{0, 4}, Span{6, 9})})
	require.NoError(t, err)
	head := len(passagesMagic)
	changed := func(at int, b byte) []byte {
		c := append([]byte(nil), good...)
		c[at] = b
		return c
	}
	counts := func(n uint64) []byte { return binary.AppendUvarint([]byte(passagesMagic), n) }
	for name, encoded := range map[string][]byte{
		"nothing":             nil,
		"another magic":       changed(0, 'D'),
		"no passages":         counts(0),
		"too many":            counts(MaxPassages + 1),
		"no end of passages":  append([]byte(passagesMagic), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
		"promised and absent": counts(MaxPassages),
		"more after it":       append(changed(0, 'd'), 0),
		"a long number":       append(append(append([]byte(nil), good[:head]...), 0x81, 0), good[head+1:]...),
		"touching spans":      changed(len(good)-2, 0),
		"an empty span":       changed(len(good)-1, 0),
		"a span too long":     changed(len(good)-1, 64),
		"a kind in capitals":  changed(head+2, 'O'),
	} {
		_, err := Decode(encoded)
		require.ErrorIs(t, err, ErrEncoded, name)
	}
}

// Whatever comes in, Decode ends, and what it accepts has one form.
func FuzzDecode(f *testing.F) {
	good, err := Encode([]Passage{passage(), passage(Span{0, 4}, Span{6, 64})})
	require.NoError(f, err)
	f.Add(good)
	f.Add([]byte(passagesMagic))
	f.Fuzz(func(t *testing.T, encoded []byte) {
		list, err := Decode(encoded)
		if err != nil {
			require.ErrorIs(t, err, ErrEncoded)
			return
		}
		again, err := Encode(list)
		require.NoError(t, err)
		require.Equal(t, encoded, again)
	})
}

func TestDrawOwn(t *testing.T) {
	source := files{[]byte(strings.Repeat("nobody else has this. ", 100))}
	want, err := source.Draw([32]byte{1}, 4, 64)
	require.NoError(t, err)
	var kept []byte
	validator := func(draw func() ([]byte, error)) ([]byte, error) {
		if draw == nil {
			return nil, nil
		}
		var err error
		kept, err = draw()
		return kept, err
	}
	auditor := func(func() ([]byte, error)) ([]byte, error) { return kept, nil }

	list, err := DrawOwn(validator, source, [32]byte{1}, 4, 64)
	require.NoError(t, err)
	require.Equal(t, want, list)
	for name, own := range map[string]Source{"has none": nil, "has its own": files{make([]byte, 999)}} {
		list, err = DrawOwn(auditor, own, [32]byte{1}, 4, 64)
		require.NoError(t, err, name)
		require.Equal(t, want, list, "an auditor that %s", name)
	}
	list, err = DrawOwn(nil, source, [32]byte{1}, 4, 64)
	require.NoError(t, err)
	require.Equal(t, want, list, "nothing is kept")
	for name, keep := range map[string]func(func() ([]byte, error)) ([]byte, error){"no exam": nil, "an exam": validator} {
		list, err = DrawOwn(keep, nil, [32]byte{1}, 4, 64)
		require.NoError(t, err, name)
		require.Nil(t, list, name)
	}

	_, err = DrawOwn(auditor, nil, [32]byte{1}, 5, 64)
	require.ErrorContains(t, err, "4 were kept, the exam draws 5")
	require.ErrorIs(t, err, ErrEncoded)
	_, err = DrawOwn(auditor, nil, [32]byte{1}, 4, 65)
	require.ErrorContains(t, err, "passage 0 has 64 bytes, the exam draws 65")
	_, err = DrawOwn(validator, source, [32]byte{1}, MaxPassages, 64)
	require.ErrorIs(t, err, ErrTexts)
	kept = []byte("junk")
	_, err = DrawOwn(auditor, nil, [32]byte{1}, 4, 64)
	require.ErrorIs(t, err, ErrEncoded)
	full := errors.New("full")
	_, err = DrawOwn(func(func() ([]byte, error)) ([]byte, error) { return nil, full }, nil, [32]byte{1}, 4, 64)
	require.ErrorIs(t, err, full)
}
