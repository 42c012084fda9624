package mixture

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/mix/merit"
	"github.com/dendra-net/dendra/neuron"
)

func filled(t testing.TB) []byte {
	t.Helper()
	state, err := merit.Parse(nil)
	require.NoError(t, err)
	m := memory{merit: state, names: []string{"a", "b"}, lessons: []lesson{
		{[]byte("The "), []byte{10, 200}}, {nil, []byte{0, 255}}}}
	raw, err := m.bytes()
	require.NoError(t, err)
	return raw
}

func TestMemoryIsReadAsWritten(t *testing.T) {
	m, err := parseMemory(filled(t))
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b"}, m.names)
	require.Equal(t, "The ", string(m.lessons[0].context))
	require.Equal(t, []byte{0, 255}, m.lessons[1].levels)
	again, err := m.bytes()
	require.NoError(t, err)
	require.Equal(t, filled(t), again)
}

func TestDamagedMemoryIsRefused(t *testing.T) {
	whole := filled(t)
	for n := range whole {
		if n > 0 {
			_, err := parseMemory(whole[:n])
			require.ErrorIs(t, err, errMemory, "%d bytes of %d", n, len(whole))
		}
	}
	_, err := parseMemory(append(whole, 0))
	require.ErrorIs(t, err, errMemory)
	_, err = Weigh([]byte("other"))
	require.ErrorIs(t, err, errMemory)
	_, err = Admitted([]byte("other"))
	require.ErrorIs(t, err, errMemory)
	weigh, err := Weigh(nil)
	require.NoError(t, err)
	require.Nil(t, weigh, "nobody is known")
}

func panelOf(epoch, n int, ids ...string) merit.Panel {
	p := merit.Panel{Height: int64(epoch)}
	for i := range n {
		p.Positions = append(p.Positions, merit.Position{Context: []byte{byte(i), byte(i >> 8), byte(epoch)}, Passage: i})
		p.Base = append(p.Base, 1.0/64)
	}
	for k, id := range ids {
		m := merit.Miner{ID: id, Since: 1, Likelihoods: make([]float64, n)}
		for i := range m.Likelihoods {
			m.Likelihoods[i] = 1.0 / 256
			if i%len(ids) == k {
				m.Likelihoods[i] = 0.5
			}
		}
		p.Miners = append(p.Miners, m)
	}
	return p
}

func TestMemoryStaysBounded(t *testing.T) {
	var ids []string
	for k := range 200 {
		ids = append(ids, string(rune('a'+k%26))+string(rune('a'+k/26))+"-a-hotkey-of-usual-length-0123456789")
	}
	m, err := recall(nil)
	require.NoError(t, err)
	for epoch := range 6 {
		m.follow(panelOf(epoch, 512, ids...))
	}
	raw, err := m.bytes()
	require.NoError(t, err)
	require.LessOrEqual(t, len(raw), mostBytes)
	back, err := parseMemory(raw)
	require.NoError(t, err)
	require.Len(t, back.lessons, mostLessons)
	require.Equal(t, m.lessons, back.lessons)
	for i := range m.lessons {
		m.lessons[i].context = make([]byte, MaxPrefixBytes)
		m.lessons[i].levels = make([]byte, 1000)
	}
	m.names = slices.Repeat([]string{"x"}, 1000)
	raw, err = m.bytes()
	require.NoError(t, err)
	require.LessOrEqual(t, len(raw), mostBytes)
	require.Greater(t, len(raw), mostBytes-(4<<10))
}

func TestTheRouterBelievesWhoKnows(t *testing.T) {
	m, err := recall(nil)
	require.NoError(t, err)
	p := panelOf(1, 512, "a", "b")
	for i := range p.Positions { // a knows what follows x, b what follows y
		c := []byte("xxxxxxxx")
		if i%2 == 1 {
			c = []byte("yyyyyyyy")
		}
		p.Positions[i].Context = c
	}
	_, err = m.merit.Judge(p)
	require.NoError(t, err)
	bits := m.follow(p)
	require.Less(t, bits[511], bits[0], "it learns")
	raw, err := m.bytes()
	require.NoError(t, err)
	weigh, err := Weigh(raw)
	require.NoError(t, err)
	x := weigh([]byte("xxxxxxxx"), []neuron.Address{"b", "stranger", "a"})
	require.Zero(t, x[1])
	require.Greater(t, x[2], 5*x[0])
	y := weigh([]byte("yyyyyyyy"), []neuron.Address{"a", "b"})
	require.Greater(t, y[1], 5*y[0])
	paid, err := Admitted(raw)
	require.NoError(t, err)
	require.Equal(t, []neuron.Address{"a", "b"}, paid)
}

func TestLessonsFollowTheirMiners(t *testing.T) {
	m, err := recall(nil)
	require.NoError(t, err)
	m.follow(panelOf(1, 8, "b", "c"))
	was := m.lessons[0].levels[1] // of c
	m.follow(panelOf(2, 8, "a", "c"))
	require.Equal(t, []string{"a", "c"}, m.names)
	require.Equal(t, []byte{unknown, was}, m.lessons[0].levels)
}

func FuzzMemory(f *testing.F) {
	f.Add(filled(f))
	f.Add([]byte(memoryMagic))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := parseMemory(raw)
		if err != nil {
			return
		}
		if _, err := m.bytes(); err != nil {
			t.Fatal(err)
		}
		if _, err := Weigh(raw); err != nil {
			t.Fatal(err)
		}
	})
}
