package text_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/subnets/text"
	"github.com/dendra-net/dendra/subnets/text/lexi"
)

func newTask(t testing.TB, o text.Options) *text.Task {
	t.Helper()
	task, err := text.New(o)
	require.NoError(t, err)
	return task
}

func seed(n int) [32]byte { return [32]byte{byte(n), byte(n >> 8), 0x5e} }

// request is the body of a question as a miner sees it.
type request struct {
	Model    string
	Messages []struct{ Role, Content string }
}

func read(t testing.TB, q neuron.Question) request {
	t.Helper()
	var r request
	require.NoError(t, json.Unmarshal(q.Body, &r))
	return r
}

func prompt(t testing.TB, q neuron.Question) string {
	t.Helper()
	m := read(t, q).Messages
	return m[len(m)-1].Content
}

// completion is an answer as an OpenAI-compatible server sends it.
func completion(content string) neuron.Answer {
	body, err := json.Marshal(map[string]any{"object": "chat.completion", "choices": []any{map[string]any{
		"index": 0, "finish_reason": "stop", "message": map[string]any{"role": "assistant", "content": content}}}})
	if err != nil {
		panic(err)
	}
	return neuron.Answer{Status: 200, Body: body}
}

func newBrain(t testing.TB, o lexi.Options) *lexi.Brain {
	t.Helper()
	b, err := lexi.New(o)
	require.NoError(t, err)
	return b
}

func reply(t testing.TB, b *lexi.Brain, q neuron.Question) neuron.Answer {
	t.Helper()
	content, _ := b.Answer(context.Background(), prompt(t, q))
	return completion(content)
}

func TestNewRefusesBadOptions(t *testing.T) {
	for _, o := range []text.Options{{Families: []string{"astrology"}}, {Families: []string{}}, {Difficulty: -1}, {Difficulty: 6}, {MaxLatency: -1}} {
		_, err := text.New(o)
		require.ErrorIs(t, err, text.ErrOptions)
	}
}

func TestQuestionsFollowTheSeed(t *testing.T) {
	task := newTask(t, text.Options{})
	a := task.Questions(seed(1), 64)
	require.Equal(t, a, task.Questions(seed(1), 64), "equal seeds must give equal questions")
	require.Equal(t, a[:10], task.Questions(seed(1), 10), "a question must not depend on how many are drawn")
	require.Empty(t, task.Questions(seed(1), 0))
	require.Empty(t, task.Questions(seed(1), -3))
	ids, bodies := map[string]bool{}, map[string]bool{}
	for s := range 15 {
		for _, q := range task.Questions(seed(s), 32) {
			require.False(t, ids[q.ID], "id %s comes twice", q.ID)
			require.False(t, bodies[string(q.Body)], "body comes twice: %s", q.Body)
			ids[q.ID], bodies[string(q.Body)] = true, true
		}
	}
}

func TestQuestionsAreConcurrent(t *testing.T) {
	task := newTask(t, text.Options{})
	want := task.Questions(seed(3), 32)
	done := make(chan []neuron.Question)
	for range 8 {
		go func() { done <- task.Questions(seed(3), 32) }()
	}
	for range 8 {
		require.Equal(t, want, <-done)
	}
}

func TestEveryFamilyInEachRound(t *testing.T) {
	task := newTask(t, text.Options{})
	seen := map[string]int{}
	for _, q := range task.Questions(seed(9), 16) {
		seen[q.Family]++
		require.Equal(t, text.Path, q.Path)
		require.Greater(t, q.Difficulty, 0.0)
		require.NotEmpty(t, q.Truth)
	}
	require.Len(t, seen, len(text.Families()))
	require.GreaterOrEqual(t, len(seen), 8)
}

func TestSubsets(t *testing.T) {
	task := newTask(t, text.Options{Name: "calc", Families: text.CalcFamilies()})
	require.Equal(t, "calc", task.Name())
	for _, q := range task.Questions(seed(2), 100) {
		require.Contains(t, text.CalcFamilies(), q.Family)
		require.Equal(t, "calc", read(t, q).Model)
	}
}

// TestShapeTellsNothing: every family comes in every form of request that users send, and names nothing but what they
// would.
func TestShapeTellsNothing(t *testing.T) {
	task := newTask(t, text.Options{})
	fields := []string{"model", "messages", "temperature", "max_tokens", "top_p", "stream", "user", "seed"}
	seen := map[string]map[string]bool{}
	for s := range 24 {
		for _, q := range task.Questions(seed(s), 32) {
			var body map[string]json.RawMessage
			require.NoError(t, json.Unmarshal(q.Body, &body))
			if seen[q.Family] == nil {
				seen[q.Family] = map[string]bool{}
			}
			for f := range body {
				require.Contains(t, fields, f)
				seen[q.Family][f] = true
			}
			r := read(t, q)
			require.Equal(t, "user", r.Messages[len(r.Messages)-1].Role)
			require.NotContains(t, string(q.Body), q.Family+"\"")
			require.False(t, strings.HasSuffix(prompt(t, q), " "))
		}
	}
	for family, has := range seen {
		require.Len(t, has, len(fields), family)
	}
}

// TestLadderRanks: a better brain scores clearly more, in both default subnets and at every difficulty.
func TestLadderRanks(t *testing.T) {
	for _, o := range []text.Options{{Difficulty: 1}, {}, {Difficulty: 5}, {Name: "calc", Families: text.CalcFamilies()}} {
		task := newTask(t, o)
		questions := task.Questions(seed(4), 192)
		last := 2.0
		for _, p := range lexi.Ladder() {
			p.Options.Seed = []byte("ladder")
			b := newBrain(t, p.Options)
			got, weight := 0.0, 0.0
			for _, q := range questions {
				got += q.Difficulty * task.Grade(q, reply(t, b, q))
				weight += q.Difficulty
			}
			got /= weight
			t.Logf("%s difficulty %d: %s %.3f", task.Name(), o.Difficulty, p.Name, got)
			if p.Name == "scholar" {
				require.GreaterOrEqual(t, got, 0.85)
			}
			require.Less(t, got, last-0.04, "%s must rank clearly below the one before", p.Name)
			last = got
		}
		require.Less(t, last, 0.05, "lazy answers must earn nothing")
	}
}

// TestScholarPassesEveryFamily holds lexi, which sees the prompt alone, against the truth of every family.
func TestScholarPassesEveryFamily(t *testing.T) {
	b := newBrain(t, lexi.Options{Seed: []byte("s")})
	for _, family := range text.Families() {
		for _, level := range []int{1, 3, 5} {
			task := newTask(t, text.Options{Families: []string{family}, Difficulty: level})
			sum := 0.0
			questions := task.Questions(seed(level), 32)
			for _, q := range questions {
				sum += task.Grade(q, reply(t, b, q))
			}
			require.GreaterOrEqual(t, sum/32, 0.85, "%s at level %d", family, level)
		}
	}
}

func TestFamiliesAreNamed(t *testing.T) {
	require.Subset(t, text.Families(), text.CalcFamilies())
	require.Equal(t, len(text.Families()), len(slices.Compact(slices.Sorted(slices.Values(text.Families())))))
}

func BenchmarkQuestions(b *testing.B) {
	task := newTask(b, text.Options{})
	for i := 0; b.Loop(); i++ {
		task.Questions(seed(i), 16)
	}
	b.ReportMetric(float64(16*b.N)/b.Elapsed().Seconds(), "questions/s")
}

func BenchmarkGrade(b *testing.B) {
	task := newTask(b, text.Options{})
	q := task.Questions(seed(1), 16)
	a := completion("The answer is 42.")
	for i := 0; b.Loop(); i++ {
		task.Grade(q[i%16], a)
	}
}

func BenchmarkScholarOnTask(b *testing.B) {
	task := newTask(b, text.Options{})
	br := newBrain(b, lexi.Options{})
	q := task.Questions(seed(1), 160)
	for i := 0; b.Loop(); i++ {
		reply(b, br, q[i%160])
	}
}
