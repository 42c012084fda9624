package vision

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/subnets/vision/picture"
)

// random draws chances, from flat to sharp.
func random(r *rand.Rand) (c chances) {
	sum, sharp := 0.0, math.Exp(3*r.Float64())
	for i := range c {
		c[i] = math.Exp(sharp * r.NormFloat64())
		sum += c[i]
	}
	for i := range c {
		c[i] /= sum
	}
	return c
}

// expected is the mean merit of saying what, when the truth is drawn by how.
func expected(how, what *chances) (mean float64) {
	for right, p := range how {
		mean += p * merit(what, right)
	}
	return mean
}

// TestHonestyPaysMost: no other chances are expected to score more than those one believes, whether nearby, sharpened,
// flattened, mixed or drawn at random.
func TestHonestyPaysMost(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		honest := random(r)
		best := expected(&honest, &honest)
		var even, sure chances
		likeliest := 0
		for i := range honest {
			even[i] = 1 / float64(len(even))
			if honest[i] > honest[likeliest] {
				likeliest = i
			}
		}
		sure[likeliest] = 1
		for _, target := range []chances{random(r), even, sure} {
			for _, part := range []float64{0.01, 0.1, 0.5, 1} {
				other := honest
				for i := range other {
					other[i] += part * (target[i] - honest[i])
				}
				require.LessOrEqual(t, expected(&honest, &other), best+1e-12)
			}
		}
		for _, power := range []float64{0.5, 0.9, 1.1, 2} {
			var other chances
			sum := 0.0
			for i := range other {
				other[i] = math.Pow(honest[i], power)
				sum += other[i]
			}
			for i := range other {
				other[i] /= sum
			}
			require.LessOrEqual(t, expected(&honest, &other), best+1e-12)
		}
	}
}

// TestMeritIsBounded: nothing is above being sure and right, or below being sure and wrong.
func TestMeritIsBounded(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 5000 {
		c := random(r)
		m := merit(&c, r.IntN(len(c)))
		require.True(t, m >= worst && m <= best, "%v is not within %v and %v", m, worst, best)
	}
	require.Less(t, worst, guess)
	require.Less(t, (guess-worst)/(best-guess), 1.0, "one sure mistake costs less than one right character brings")
}

func newTask(t testing.TB) *Task {
	t.Helper()
	task, err := New(Options{})
	require.NoError(t, err)
	return task
}

func answerOf(text string, logprobs any) neuron.Answer {
	body, err := json.Marshal(map[string]any{"object": "chat.completion", "choices": []any{map[string]any{
		"index": 0, "finish_reason": "stop", "logprobs": logprobs, "message": map[string]any{"role": "assistant", "content": text}}}})
	if err != nil {
		panic(err)
	}
	return neuron.Answer{Status: 200, Body: body}
}

// with makes logprobs of tokens, each with its alternatives.
func with(tokens ...[]named) map[string]any {
	list := make([]map[string]any, len(tokens))
	for i, alternatives := range tokens {
		list[i] = map[string]any{"token": alternatives[0].Token, "logprob": alternatives[0].Logprob, "top_logprobs": alternatives}
	}
	return map[string]any{"content": list}
}

func name(token string, chance float64) named {
	l := math.Log(chance)
	if chance == 0 {
		l = -9999
	}
	return named{&token, &l}
}

func TestJudge(t *testing.T) {
	task := newTask(t)
	q := neuron.Question{Truth: "A7K"}
	floor := task.Floor()
	one := func(token string, chance float64) []named { return []named{name(token, chance)} }
	for what, c := range map[string]struct {
		answer   neuron.Answer
		from, to float64
	}{
		"sure and right":        {answerOf("A7K", with(one("A", 1), one("7", 1), one("K", 1))), 1, 1},
		"sure and wrong":        {answerOf("BBB", with(one("B", 1), one("B", 1), one("B", 1))), 0, 1e-9},
		"one sure mistake":      {answerOf("A7X", with(one("A", 1), one("7", 1), one("X", 1))), 0.6, 0.7},
		"even":                  {answerOf("000", with(one("0", 1./35), one("0", 1./35), one("0", 1./35))), floor - 1e-9, floor + 1e-9},
		"plain text":            {answerOf("A7K", nil), 0.99, 0.996},
		"small letters":         {answerOf("a7k", nil), 0.99, 0.996},
		"sentence":              {answerOf("The picture reads: A 7 K", nil), 0.99, 0.996},
		"list":                  {answerOf("1. A\n2. 7\n3. K", nil), 0.99, 0.996},
		"last line":             {answerOf("I looked closely at it.\nA7K", nil), 0.99, 0.996},
		"commas":                {answerOf("A, 7, K.", nil), 0.99, 0.996},
		"a letter of no class":  {answerOf("AñK", nil), 0.81, 0.83},
		"tokens of a language":  {answerOf("A7K", with(one("A7", 0.8), one("K", 0.9))), 0.99, 0.996},
		"spaces between tokens": {answerOf("A 7\nK", with(one("A", 1), one(" 7", 1), one("\nK", 1))), 1, 1},
		"tokens between":        {answerOf("A, 7, K", with(one("A", 1), one(",", 1), one(" 7", 1), one(", ", 1), one("K", 1))), 1, 1},
		"both cases":            {answerOf("A7K", with([]named{name("A", 0.5), name("a", 0.5)}, one("7", 1), one("K", 1))), 1, 1},
		"second choice right":   {answerOf("B7K", with([]named{name("B", 0.6), name("A", 0.4)}, one("7", 1), one("K", 1))), 0.94, 0.96},
		"mass on nothing":       {answerOf("A7K", with([]named{name("A", 0.5), name("?", 0.5)}, one("7", 1), one("K", 1))), 0.96, 0.98},
	} {
		t.Run(what, func(t *testing.T) {
			got, err := task.Judge(q, c.answer)
			require.NoError(t, err)
			require.True(t, got >= c.from && got <= c.to, "%v is not within %v and %v", got, c.from, c.to)
			require.Equal(t, got, task.Grade(q, c.answer))
		})
	}
}

// TestOnePictureMisread: whoever loses count in one of several pictures keeps what it has of the others.
func TestOnePictureMisread(t *testing.T) {
	task := newTask(t)
	q := neuron.Question{Truth: "A7K BB 9QZ"}
	for _, text := range []string{"A7K\nBB\n9Q", "A7K BB 9QZZ", "1. A7K\n2. BB\n3. ?", "A7K\r\nBB\r\nI cannot tell"} {
		got, err := task.Judge(q, answerOf(text, nil))
		require.NoError(t, err)
		require.InDelta(t, (5*0.9929+3*task.Floor())/8, got, 0.001, text)
	}
	for _, text := range []string{"A7\nB\n9Q", "A7K\nBB", "A7K\nBB\n9QZ\n1"} {
		_, err := task.Judge(q, answerOf(text, nil))
		require.ErrorIs(t, err, ErrAnswer, text)
	}
}

func TestJudgeRefuses(t *testing.T) {
	task := newTask(t)
	q := neuron.Question{Truth: "AB"}
	ok := []named{name("B", 1)}
	raw := func(body string) neuron.Answer { return neuron.Answer{Status: 200, Body: []byte(body)} }
	many := make([]named, 0, 65)
	for i := range 65 {
		many = append(many, name(fmt.Sprintf("%c", 'A'+i), 1e-4))
	}
	late := answerOf("AB", nil)
	late.Latency = time.Hour
	for what, a := range map[string]neuron.Answer{
		"nothing":             {Err: errors.New("timeout")},
		"an error status":     {Status: 500, Body: answerOf("AB", nil).Body},
		"late":                late,
		"empty":               raw(""),
		"not JSON":            raw("AB"),
		"no choices":          raw(`{"choices":[]}`),
		"no content":          raw(`{"choices":[{"message":{"content":null}}]}`),
		"NaN":                 raw(`{"choices":[{"message":{"content":"AB"},"logprobs":{"content":[{"token":"A","logprob":NaN}]}}]}`),
		"beyond numbers":      raw(`{"choices":[{"message":{"content":"AB"},"logprobs":{"content":[{"token":"A","logprob":-1e999}]}}]}`),
		"too large":           raw(`{"choices":[{"message":{"content":"AB"}}]}` + strings.Repeat(" ", maxAnswer)),
		"too long":            answerOf("AB"+strings.Repeat(" ", maxText), nil),
		"one too few":         answerOf("A", nil),
		"one too many":        answerOf("ABC", nil),
		"too few tokens":      answerOf("AB", with([]named{name("A", 1)})),
		"too many tokens":     answerOf("AB", with([]named{name("A", 1)}, ok, ok)),
		"twice":               answerOf("AB", with([]named{name("A", 0.5), name("C", 0.2), name("C", 0.2)}, ok)),
		"above 1":             answerOf("AB", with([]named{name("A", 1.1)}, ok)),
		"sum above 1":         answerOf("AB", with([]named{name("A", 0.9), name("C", 0.2)}, ok)),
		"too many named":      answerOf("AB", with(many, ok)),
		"says another":        answerOf("XY", with([]named{name("A", 1)}, ok)),
		"not its own":         answerOf("AB", map[string]any{"content": []any{map[string]any{"token": "A", "logprob": -1, "top_logprobs": []named{name("C", 1)}}, map[string]any{"token": "B", "logprob": -1}}}),
		"no logprob":          raw(`{"choices":[{"message":{"content":"AB"},"logprobs":{"content":[{"token":"A"},{"token":"B","logprob":0}]}}]}`),
		"alternative of null": raw(`{"choices":[{"message":{"content":"AB"},"logprobs":{"content":[{"token":"A","logprob":0,"top_logprobs":[{"token":null,"logprob":0}]},{"token":"B","logprob":0}]}}]}`),
	} {
		t.Run(what, func(t *testing.T) {
			got, err := task.Judge(q, a)
			require.ErrorIs(t, err, ErrAnswer)
			require.Zero(t, got)
		})
	}
}

// TestRestIsSpread: what an answer does not name gets what is left, and the whole is 1.
func TestRestIsSpread(t *testing.T) {
	body := answerOf("A", with([]named{name("A", 0.5), name("B", 0.16)})).Body
	got, err := readAnswer(body, []string{"A"})
	require.NoError(t, err)
	sum := 0.0
	for _, p := range got[0] {
		sum += p
	}
	require.InDelta(t, 1, sum, 1e-9)
	require.InDelta(t, 0.34/33, got[0][0], 1e-9)
	var all []named
	for _, c := range picture.Classes {
		all = append(all, name(string(c), 0))
	}
	got, err = readAnswer(answerOf("0", with(all)).Body, []string{"A"})
	require.NoError(t, err)
	require.InDelta(t, 1./35, got[0][20], 1e-9, "who gives nothing to anything says nothing")
}

func FuzzReadAnswer(f *testing.F) {
	f.Add(answerOf("AB", nil).Body)
	f.Add(answerOf("1. A\n2. B", nil).Body)
	f.Add(answerOf("AB", with([]named{name("A", 0.5), name("a", 0.1)}, []named{name(" B", 1)})).Body)
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := readAnswer(body, []string{"A", "B"})
		if err != nil {
			if !errors.Is(err, ErrAnswer) {
				t.Fatalf("a reason of no kind: %v", err)
			}
			return
		}
		for _, c := range got {
			sum := 0.0
			for _, p := range c {
				if !(p >= 0 && p <= 1+slack) {
					t.Fatalf("a chance of %v", p)
				}
				sum += p
			}
			if math.Abs(sum-1) > 2*slack {
				t.Fatalf("chances sum to %v", sum)
			}
		}
	})
}
