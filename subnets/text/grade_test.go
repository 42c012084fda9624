package text_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/subnets/text"
)

func TestGradeNormalises(t *testing.T) {
	task := newTask(t, text.Options{})
	for _, c := range []struct {
		truth, answer string
		want          float64
	}{
		{"number:1234", "1234", 1}, {"number:1234", "1,234", 1}, {"number:1234", " **1234**. ", 1}, {"number:1234", "1234.0", 1},
		{"number:1234", "The answer is 1234.", 1}, {"number:1234", "17 * 3 = 1234", 1}, {"number:1234", "There are 1234 of them", 1},
		{"number:1234", "Let me see: 1200 + 34.\n1234", 1}, {"number:-5", "−5", 1}, {"number:-5", "-5", 1}, {"number:-5", "5", 0},
		{"number:1234", "1235", 0}, {"number:1234", "1234 or 1235", 0}, {"number:1234", "1 2 3 1234 5", 0}, {"number:1234", "twelve", 0}, {"number:1234", "", 0},
		{"number:1234", strings.Repeat("1", 5000), 0}, {"number:1234", "1234e0", 0},
		{"decimal:3.11", "3.11", 1}, {"decimal:3.11", "3.10685596", 1}, {"decimal:3.11", "3.12", 1}, {"decimal:3.11", "3.13", 0}, {"decimal:3.11", "5 km = 3.11 miles", 1}, {"decimal:3.00", "3", 1},
		{"date:2019-03-04", "2019-03-04", 1}, {"date:2019-03-04", "March 4, 2019", 1}, {"date:2019-03-04", "It was the 4th of March 2019.", 1}, {"date:2019-03-04", "2019-04-03", 0},
		{"date:2019-03-04", "2019-03-04 or 2019-03-05", 0}, {"date:2019-03-04", "2019-13-40", 0},
		{"exact:ABC", "ABC", 1}, {"exact:ABC", "\"ABC\"", 1}, {"exact:ABC", "abc", 0}, {"exact:ABC", "The result is: ABC", 1}, {"exact:ABC", "`ABC`.", 1},
		{"word:cold|chilly", "Cold", 1}, {"word:cold|chilly", "chilly.", 1}, {"word:cold", "The opposite of hot is cold.", 1}, {"word:cold", "hot", 0}, {"word:cold", "The answer is cold.", 1}, {"word:hot dog", "It is a hot dog", 1}, {"word?:6 s_", "The answer is **SILVER**.", 1}, {"word:hot dog", "a hot-dog", 1}, {"word:hot dog", "hot", 2.0 / 3},
		{"word:cold", "cold hot warm cool mild icy", 0}, {"word:the sun", "sun", 1},
		{"list:1, 2, 3", "1, 2, 3", 1}, {"list:1, 2, 3", "[1,2,3]", 1}, {"list:1, 2, 3", "1, 2 and 3", 1}, {"list:1, 2, 3", "1\n2\n3", 1}, {"list:1, 2, 3", "3, 2, 1", 0}, {"list:1, 2, 3", "Sorted: 1, 2, 3", 1},
		{"choice:B|a lamp", "B", 1}, {"choice:B|a lamp", "b)", 1}, {"choice:B|a lamp", "(B) a lamp", 1}, {"choice:B|a lamp", "The answer is B.", 1}, {"choice:B|a lamp", "a lamp", 1}, {"choice:B|a lamp", "C", 0}, {"choice:B|a lamp", "Because", 0},
		{`json:{"a":1,"b":["x"]}`, `{"b": ["x"], "a": 1}`, 1}, {`json:{"a":1}`, "```json\n{\"a\": 1}\n```", 1}, {`json:{"a":1}`, `{"a": 2}`, 0}, {`json:{"a":1}`, `{"a": "1"}`, 0},
		{`json:{"a":1}`, `{"a":1,"c":2}`, 0}, {`json:{"a":1}`, `here: {"a":1}`, 0}, {`json:{"a":1}`, `{"a":1}{"a":1}`, 0}, {`json:{"a":1}`, strings.Repeat("[", 8000), 0}, {`json:{"a":1}`, `null`, 0},
		{"sentence:words=4 has=lamp end=stone", "The lamp hit stone.", 1}, {"sentence:words=4 has=lamp", "The lamp hit the stone.", 0}, {"sentence:words=3 end=stone", "Stone by me", 0}, {"sentence:words=2 avoid=e", "The sun", 0}, {"sentence:words=2 odd=1", "big sun", 0},
		{"number?:prime 0 100 400", "101", 1}, {"number?:prime 0 100 400", "I choose 397.", 1}, {"number?:prime 0 100 400", "91", 0}, {"number?:prime 0 100 400", "401", 0}, {"number?:prime 0 100 400", "101, 103", 0}, {"number?:prime 0 100 400", "101.5", 0},
		{"number?:multiple 7 10 90", "77", 1}, {"number?:digitsum 9 100 900", "180", 1}, {"number?:digitsum 9 100 900", "181", 0}, {"number?:magic 9 100 900", "180", 0}, {"number?:multiple 0 1 9", "5", 0},
		{"date?:2019 5", "2019-03-01", 1}, {"date?:2019 5", "March 1, 2019", 1}, {"date?:2019 5", "2019-03-02", 0}, {"date?:2019 5", "2020-03-06", 0},
		{"word?:6 s_", "silver", 1}, {"word?:6 s_", "Silver!", 1}, {"word?:6 s_", "sliver silver", 0}, {"word?:6 s_", "sssxxx", 0}, {"word?:6 s_", "silvers", 0}, {"word?:7 s_", "singing", 1}, {"word?:7 _ing", "singing", 1},
		{"unknown:x", "x", 1}, {"", "x", 0}, {"number", "1", 0}, {"date?:", "2019-03-01", 0}, {"word?:", "silver", 0}, {"number?:prime", "101", 0}, {"json:broken", "{}", 0},
	} {
		got := task.Grade(neuron.Question{Truth: c.truth}, completion(c.answer))
		require.InDelta(t, c.want, got, 1e-9, "truth %q, answer %.60q", c.truth, c.answer)
	}
}

func TestGradeRefusesWhatIsNoAnswer(t *testing.T) {
	task := newTask(t, text.Options{MaxLatency: 2 * time.Second})
	q := neuron.Question{Truth: "number:7"}
	good := completion("7")
	require.Equal(t, 1.0, task.Grade(q, good))
	change := func(f func(*neuron.Answer)) neuron.Answer {
		a := good
		f(&a)
		return a
	}
	for name, a := range map[string]neuron.Answer{
		"nothing":      {},
		"failed":       change(func(a *neuron.Answer) { a.Err = errors.New("timeout") }),
		"status":       change(func(a *neuron.Answer) { a.Status = 500 }),
		"late":         change(func(a *neuron.Answer) { a.Latency = 2*time.Second + 1 }),
		"no JSON":      {Status: 200, Body: []byte("7")},
		"no choices":   {Status: 200, Body: []byte(`{"choices":[]}`)},
		"null content": {Status: 200, Body: []byte(`{"choices":[{"message":{"content":null}}]}`)},
		"wrong type":   {Status: 200, Body: []byte(`{"choices":[{"message":{"content":7}}]}`)},
		"a stream":     {Status: 200, Body: []byte("data: {\"choices\":[]}\n\ndata: [DONE]\n\n")},
		"huge text":    completion("7" + strings.Repeat(" ", 9000)),
		"huge body":    {Status: 200, Body: append(good.Body, make([]byte, 300<<10)...)},
		"cut":          {Status: 200, Body: good.Body[:len(good.Body)-3]},
	} {
		require.Zero(t, task.Grade(q, a), name)
	}
}

func FuzzGrade(f *testing.F) {
	task, err := text.New(text.Options{})
	if err != nil {
		f.Fatal(err)
	}
	for _, q := range task.Questions(seed(5), 32) {
		f.Add(q.Truth, string(completion("The answer is 42.").Body))
		f.Add(q.Truth, string(completion("```\n[1, 2]\n```").Body))
	}
	f.Add("number:1", `{"choices":[{"message":{"content":"\ud800 -,.1e999999999"}}]}`)
	f.Fuzz(func(t *testing.T, truth, body string) {
		q := neuron.Question{ID: "x", Truth: truth}
		a := neuron.Answer{Status: 200, Body: []byte(body)}
		if s := task.Grade(q, a); !(s >= 0 && s <= 1) {
			t.Fatalf("score %v", s)
		}
		history := []neuron.Asked{{Question: q, Miner: "a", Answer: a}, {Question: q, Miner: "b", Answer: a, Score: 1}}
		for m, x := range task.Originality(history) {
			if !(x >= 0 && x <= 1) {
				t.Fatalf("factor of %s is %v", m, x)
			}
		}
	})
}
