package text_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/subnets/text"
	"github.com/dendra-net/dendra/subnets/text/lexi"
)

// player is one miner of a simulated market: a brain, or a copier of another player, with its usual latency.
type player struct {
	name    string
	brain   *lexi.Brain
	copies  string
	latency time.Duration
}

func honest(t testing.TB, name string, o lexi.Options, seed string) player {
	o.Seed = []byte(seed)
	return player{name: name, brain: newBrain(t, o), latency: 20 * time.Millisecond}
}

func copier(name, victim string) player {
	return player{name: name, copies: victim, latency: 6 * time.Millisecond}
}

// play puts the same questions to every player. Latencies wobble by half; a copier waits for its victim first.
func play(t testing.TB, task *text.Task, players []player, s, n int) []neuron.Asked {
	var history []neuron.Asked
	for i, q := range task.Questions(seed(s), n) {
		given := map[string]neuron.Answer{}
		for j, p := range players {
			wobble := time.Duration((i*7+j*13)%11) * p.latency / 20
			a := neuron.Answer{}
			if p.copies != "" {
				a = given[p.copies]
				a.Latency += p.latency + wobble
			} else {
				a = reply(t, p.brain, q)
				a.Latency = p.latency + wobble
			}
			given[p.name] = a
			history = append(history, neuron.Asked{Question: q, Miner: neuron.Address(p.name), Answer: a, Score: task.Grade(q, a)})
		}
	}
	return history
}

// TestHonestMinersKeepTheirFactor: brains of every quality and several error rates, many seeds; at least 99 of 100
// must be left alone. This is the false-positive rate; a longer run (40 seeds, rounds of 32, 64 and 256 questions, both
// subnets) flagged 0 of 3,840.
func TestHonestMinersKeepTheirFactor(t *testing.T) {
	for _, o := range []text.Options{{}, {Name: "calc", Families: text.CalcFamilies()}} {
		task := newTask(t, o)
		flagged, miners := 0, 0
		for s := range 5 {
			var players []player
			for i, rate := range []int{0, 0, 30, 90, 90, 250, 250, 500} {
				players = append(players, honest(t, fmt.Sprint("m", i), lexi.Options{ErrorRate: rate}, fmt.Sprint(s, "/", i)))
			}
			for i, p := range lexi.Ladder() {
				players = append(players, honest(t, fmt.Sprint("l", i), p.Options, fmt.Sprint(s, "//", i)), honest(t, fmt.Sprint("k", i), p.Options, fmt.Sprint(s, "///", i)))
			}
			for m, f := range task.Originality(play(t, task, players, s, 64)) {
				miners++
				if f < 1 {
					flagged++
					t.Logf("%s: %s has factor %.3f", task.Name(), m, f)
				}
			}
		}
		require.Equal(t, 5*16, miners)
		require.LessOrEqual(t, flagged*100, miners, "%s: %d of %d honest miners flagged", task.Name(), flagged, miners)
	}
}

// TestCopierLosesItsFactor: whoever sends another's bytes is found within 60 questions, and the original is not hurt.
func TestCopierLosesItsFactor(t *testing.T) {
	for _, o := range []text.Options{{}, {Name: "calc", Families: text.CalcFamilies()}} {
		task := newTask(t, o)
		for _, victim := range lexi.Ladder()[:3] {
			for s := range 2 {
				players := []player{
					honest(t, "victim", victim.Options, fmt.Sprint("v", s)),
					honest(t, "other", lexi.Options{ErrorRate: 90}, fmt.Sprint("o", s)),
					copier("thief", "victim"),
					honest(t, "third", lexi.Options{ErrorRate: 250}, fmt.Sprint("t", s)),
				}
				f := task.Originality(play(t, task, players, 50+s, 60))
				require.LessOrEqual(t, f["thief"], 0.1, "%s copying a %s", task.Name(), victim.Name)
				for _, m := range []neuron.Address{"victim", "other", "third"} {
					require.Equal(t, 1.0, f[m], m)
				}
			}
		}
	}
}

// TestDressedCopy: putting the answer into a sentence or changing its case hides nothing.
func TestDressedCopy(t *testing.T) {
	task := newTask(t, text.Options{})
	history := play(t, task, []player{honest(t, "victim", lexi.Options{}, "v"), copier("thief", "victim"), honest(t, "other", lexi.Options{}, "o")}, 21, 60)
	brain := newBrain(t, lexi.Options{Seed: []byte("v")})
	for i := range history {
		a := &history[i]
		if a.Miner != "thief" {
			continue
		}
		content, _ := brain.Answer(context.Background(), prompt(t, a.Question))
		dressed := completion("The answer is **" + strings.ToUpper(content) + "**.")
		dressed.Latency = a.Answer.Latency
		a.Answer, a.Score = dressed, task.Grade(a.Question, dressed)
	}
	f := task.Originality(history)
	require.LessOrEqual(t, f["thief"], 0.1)
	require.Equal(t, 1.0, f["victim"])
}

// TestCabalOfCopies: three copies of one victim among eight; they do not hide each other.
func TestCabalOfCopies(t *testing.T) {
	task := newTask(t, text.Options{})
	players := []player{honest(t, "victim", lexi.Options{}, "v"), copier("c1", "victim"), copier("c2", "victim"), copier("c3", "c2")}
	for i := range 4 {
		players = append(players, honest(t, fmt.Sprint("h", i), lexi.Options{}, fmt.Sprint("h", i)))
	}
	f := task.Originality(play(t, task, players, 7, 60))
	require.Equal(t, 1.0, f["victim"])
	for _, c := range []neuron.Address{"c1", "c2", "c3"} {
		require.LessOrEqual(t, f[c], 0.1, c)
	}
	for i := range 4 {
		require.Equal(t, 1.0, f[neuron.Address(fmt.Sprint("h", i))])
	}
}

// TestOnlyTwoMiners: a pair alone is judged by the fixed allowance.
func TestOnlyTwoMiners(t *testing.T) {
	task := newTask(t, text.Options{})
	f := task.Originality(play(t, task, []player{honest(t, "victim", lexi.Options{}, "v"), copier("thief", "victim")}, 3, 60))
	require.Equal(t, 1.0, f["victim"])
	require.LessOrEqual(t, f["thief"], 0.1)
}

// TestHalfCopier: copying now and then costs less than copying always, and something.
func TestHalfCopier(t *testing.T) {
	task := newTask(t, text.Options{})
	own := honest(t, "half", lexi.Options{}, "own")
	history := play(t, task, []player{honest(t, "victim", lexi.Options{}, "v"), copier("half", "victim"), honest(t, "other", lexi.Options{}, "o")}, 11, 160)
	for i := range history {
		if a := &history[i]; a.Miner == "half" && i%2 == 0 {
			a.Answer = reply(t, own.brain, a.Question)
			a.Answer.Latency = 20 * time.Millisecond
		}
	}
	f := task.Originality(history)
	require.Less(t, f["half"], 0.7)
	require.Greater(t, f["half"], 0.05)
	require.Equal(t, 1.0, f["victim"])
}

// TestTooLittleToJudge: few questions, or miners that share none, change nothing.
func TestTooLittleToJudge(t *testing.T) {
	task := newTask(t, text.Options{})
	players := []player{honest(t, "victim", lexi.Options{}, "v"), copier("thief", "victim")}
	for m, f := range task.Originality(play(t, task, players, 3, 8)) {
		require.Equal(t, 1.0, f, m)
	}
	apart := append(play(t, task, players[:1], 3, 60), play(t, task, []player{honest(t, "b", lexi.Options{}, "v")}, 4, 60)...)
	require.Equal(t, map[neuron.Address]float64{"victim": 1, "b": 1}, task.Originality(apart))
	require.Empty(t, task.Originality(nil))
}

// TestTiesFallOnTheLaterAsked: with equal latencies the one that comes first in history is the original.
func TestTiesFallOnTheLaterAsked(t *testing.T) {
	task := newTask(t, text.Options{})
	history := play(t, task, []player{honest(t, "first", lexi.Options{}, "v"), copier("second", "first")}, 3, 60)
	for i := range history {
		history[i].Answer.Latency = time.Millisecond
	}
	f := task.Originality(history)
	require.Equal(t, 1.0, f["first"])
	require.LessOrEqual(t, f["second"], 0.1)
}

// TestOneModelTwoServers shows the documented limit and its remedy: the same seed looks like a copy, another does not.
func TestOneModelTwoServers(t *testing.T) {
	task := newTask(t, text.Options{})
	same := task.Originality(play(t, task, []player{honest(t, "a", lexi.Options{}, "k"), honest(t, "b", lexi.Options{}, "k")}, 5, 60))
	require.LessOrEqual(t, min(same["a"], same["b"]), 0.1)
	seeded := task.Originality(play(t, task, []player{honest(t, "a", lexi.Options{}, "hotkey a"), honest(t, "b", lexi.Options{}, "hotkey b")}, 5, 60))
	require.Equal(t, map[neuron.Address]float64{"a": 1, "b": 1}, seeded)
}

// TestStockRepliesAreNoCopies: two lazy miners, or two that refuse alike, are not copies of each other.
func TestStockRepliesAreNoCopies(t *testing.T) {
	task := newTask(t, text.Options{})
	players := []player{honest(t, "a", lexi.Options{Fixed: "42"}, ""), honest(t, "b", lexi.Options{Fixed: "42"}, ""),
		honest(t, "c", lexi.Options{Fixed: "I cannot help with that."}, ""), honest(t, "d", lexi.Options{Fixed: "I cannot help with that."}, "")}
	for m, f := range task.Originality(play(t, task, players, 6, 120)) {
		require.Equal(t, 1.0, f, m)
	}
}

// TestOrderDoesNotMatter: the same history in another order gives the same factors.
func TestOrderDoesNotMatter(t *testing.T) {
	task := newTask(t, text.Options{})
	history := play(t, task, []player{honest(t, "victim", lexi.Options{}, "v"), copier("thief", "victim"), honest(t, "o", lexi.Options{}, "o")}, 3, 60)
	want := task.Originality(history)
	for i, j := 0, len(history)-1; i < j; i, j = i+1, j-1 {
		history[i], history[j] = history[j], history[i]
	}
	require.Equal(t, want, task.Originality(history))
}

func BenchmarkOriginality(b *testing.B) {
	task := newTask(b, text.Options{})
	var players []player
	for i := range 12 {
		players = append(players, honest(b, fmt.Sprint("m", i), lexi.Options{ErrorRate: 90}, fmt.Sprint(i)))
	}
	history := play(b, task, players, 1, 64)
	for b.Loop() {
		task.Originality(history)
	}
}
