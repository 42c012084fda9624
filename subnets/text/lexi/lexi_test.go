package lexi_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/subnets/text/lexi"
)

func noon() time.Time { return time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC) }

func brain(t testing.TB, o lexi.Options) *lexi.Brain {
	t.Helper()
	if o.Now == nil {
		o.Now = noon
	}
	b, err := lexi.New(o)
	require.NoError(t, err)
	return b
}

func ask(t testing.TB, b *lexi.Brain, question string) string {
	t.Helper()
	text, _ := b.Answer(context.Background(), question)
	require.NotEmpty(t, text, question)
	return text
}

// TestAnswers holds questions as people type them. "=" wants the whole answer, anything else a part of it. Long: it is a
// table.
func TestAnswers(t *testing.T) {
	b := brain(t, lexi.Options{Seed: []byte("a")})
	for _, c := range []struct{ question, want string }{
		// words
		{"What is a schipperke?", "small stocky black dogs"},
		{"what's a schipperke", "watchdogs on boats"},
		{"define entropy", "thermodynamic"},
		{"Please define the word 'ubiquitous'.", "present everywhere"},
		{"meaning of serendipity", "good luck"},
		{"What does \"lucid\" mean?", "lucid"},
		{"Who was Einstein?", "relativity"},
		{"What is the capital of France?", "Paris"},
		{"geese", "goose"},
		{"What is the opposite of hot? Reply with one word only.", "=cold"},
		{"antonym of light?", "dark"},
		{"Give me a synonym for happy", "glad"},
		{"What kind of thing is a spaniel?", "dog"},
		{"Which word means: a person who studies insects", "entomologist"},
		{"What do you call a fear of spiders?", "arachnophobia"},
		{"list kinds of sword", "rapier"},
		{"What are the parts of a car?", "bumper"},
		{"What is the best meaning of \"lantern\"?\nA) a kind of fish\nB) light in a transparent protective case\nC) a river\nJust the letter.", "=B"},
		{"Which is the opposite of \"early\"? A) late B) soon C) fast", "A) late"},
		// arithmetic
		{"What is 17 * 23 + 4?", "=395"},
		{"2+2", "=4"},
		{"what is twelve plus thirty-five times two?", "=82"},
		{"What's 15% of 80?", "=12"},
		{"2^100", "=1267650600228229401496703205376"},
		{"(1/3 + 1/6) * 2", "=1"},
		{"What is 1/3 rounded to 4 decimals?", "=0.3333"},
		{"square root of 144", "=12"},
		{"How much is 1,250 × 4?", "=5000"},
		{"10 factorial", "=3628800"},
		{"What is the remainder when 17 is divided by 5?", "=2"},
		{"-2^2", "=-4"},
		{"7 divided by 0", "undefined"},
		{"What is the sum of 5 and 6?", "=11"},
		{"subtract 8 from 20", "=12"},
		{"Mara has 37 coins, finds 15 more and gives away 9. How many coins are left?", "=43"},
		{"Each crate holds 24 bottles. How many bottles are in 17 crates?", "=408"},
		{"9^9^9^9", "too big"},
		// units
		{"convert 5 km to miles", "= 3.106856 mi"},
		{"How many feet are in 3 miles? Number only.", "=15840"},
		{"What is 100 degrees Fahrenheit in Celsius, to one decimal?", "37.8"},
		{"How many seconds are in a week?", "604800"},
		{"2 pounds in grams", "907.18474"},
		{"Convert 3 kg to metres", "cannot"},
		// dates
		{"What day of the week was 2019-03-04?", "=Monday"},
		{"How many days are between March 4, 2019 and 2020-01-01?", "303"},
		{"What is the date 45 days after 4 March 2019?", "2019-04-18"},
		{"Which date is 3 weeks before January 5th, 2021?", "2020-12-15"},
		{"Is 1900 a leap year?", "No"},
		{"what day is it today", "2026-03-14"},
		{"What is the date two weeks from today?", "2026-03-28"},
		{"How many days does February 2024 have?", "=29"},
		// strings
		{"Reverse the word 'lantern'", "=nretnal"},
		{"Spell stressed backwards", "=desserts"},
		{"Write \"hello\" in capital letters", "=HELLO"},
		{"How many r's are in strawberry?", "=3"},
		{"How many times does the letter s appear in Mississippi?", "=4"},
		{"How many vowels are in \"banana\"?", "=3"},
		{"What is the third letter of orchid?", "=c"},
		{"Concatenate \"foo\" and \"bar\"", "=foobar"},
		{"Is 'level' a palindrome?", "=Yes"},
		{"Remove all vowels from \"lantern\"", "=lntrn"},
		// lists
		{"Sort these numbers: 5, 2, 9, 1", "=1, 2, 5, 9"},
		{"Sort from largest to smallest: 5, 2, 9, 1", "=9, 5, 2, 1"},
		{"Sort alphabetically: pear, apple, fig", "=apple, fig, pear"},
		{"What is the median of 3, 9, 4, 10?", "=6.5"},
		{"largest of 4, 8 and 2", "=8"},
		{"What is the average of [2, 4, 9]?", "=5"},
		{"Remove duplicates from 1, 2, 1, 3, 2", "=1, 2, 3"},
		{"What comes next: 2, 4, 8, 16?", "=32"},
		// programs
		{"x = 7\ny = x * 3 - 2\nif y > 15:\n    x = x + y\nelse:\n    x = 1\nfor i in range(3):\n    x += i\nprint(x)\nWhat does this print?", "=29"},
		{"a = 2; b = 3; a = a * b; what is the value of a?", "=6"},
		{"Start with 7. Multiply by 3, then subtract 5. What do you get?", "=16"},
		{"i = 0\nwhile i < 10:\n    i = i + 3\nprint(i)", "=12"},
		{"n = 4\nif n == 3:\n    n = 1\nelif n == 4:\n    n = 9\nelse:\n    n = 2\nprint(n)", "=9"},
		// facts
		{"Velmora Drask works as a glassblower in Ostrenby. Tibbet Arno is 43 years old. Velmora Drask keeps 17 goats. Tibbet Arno likes teal. How many goats does Velmora Drask keep?", "=17"},
		{"Velmora Drask works as a glassblower in Ostrenby. Tibbet Arno is 43 years old. Velmora Drask keeps 17 goats. Where does Velmora Drask work?", "=Ostrenby"},
		{"Velmora Drask works as a glassblower in Ostrenby. Tibbet Arno is 43 years old. Velmora Drask keeps 17 goats. Who keeps 17 goats?", "=Velmora Drask"},
		// format
		{"Reply with only a JSON object with these keys: \"name\" (string) set to Tolva Brint, \"age\" (integer) set to 31, \"on\" (boolean) set to true.", `={"name": "Tolva Brint", "age": 31, "on": true}`},
		{"Repeat the word \"blue\" 3 times, separated by commas.", "=blue, blue, blue"},
		{"Say \"the quick fox\"", "=the quick fox"},
		// words as words, numbers as numbers, lots
		{"how do you spell necessary", "N-E-C-E-S-S-A-R-Y"}, {"what is the plural of ox?", "=oxen"}, {"plural of city", "=cities"}, {"plural of fox", "=foxes"},
		{"count the words in \"the quick brown fox\"", "=4"}, {"What is the difference between a violin and a cello?", "cello"},
		{"are whales mammals?", "Yes"}, {"Is a dog a plant?", "Not that I know"}, {"What is the meaning of \"ephemeral\"? Use it in a sentence.", "short time"},
		{"give me 2 synonyms of big", "large"}, {"is 91 prime?", "7 × 13"}, {"Is 97 prime?", "Yes"}, {"is 1 prime?", "No"}, {"factors of 28", "=1, 2, 4, 7, 14, 28"}, {"prime factorization of 360", "=2 × 2 × 2 × 3 × 3 × 5"},
		{"Answer yes or no: is 7 greater than 5?", "=Yes"}, {"What's 20% off 50?", "=40"}, {"square of 13", "=169"}, {"flip a coin", "s"}, {"roll a die", ""}, {"name a prime number", ""}, {"pick a word", ""},
		{"How many days until Christmas?", "286"}, {"how many days until 2026-03-20?", "6"},
		{"What is the largest planet?", "Jupiter"}, {"who discovered penicillin?", "Fleming"},
		// talk
		{"Hello!", "o"},
		{"thank you", "."},
		{"Who are you?", "lexi"}, {"ok", "?"}, {"are you a robot?", "program"}, {"can you help me", "lexi"},
		{"Tell me a joke", "joke"},
		{"Why is the sky blue?", "I do not know the answer. What my dictionary says about the words in your question:\n- sky (noun): the atmosphere"},
		{"xqzzt frblgh?", "=I do not know."},
	} {
		t.Run(c.question, func(t *testing.T) {
			got := ask(t, b, c.question)
			if want, whole := strings.CutPrefix(c.want, "="); whole && !strings.HasPrefix(c.want, "= ") {
				require.Equal(t, want, got)
				return
			}
			require.Contains(t, got, c.want)
		})
	}
}

func TestSureOnlyOfWhatItKnows(t *testing.T) {
	b := brain(t, lexi.Options{})
	for question, want := range map[string]bool{
		"What is 2 + 2?": true, "define dog": true, "Why is the sky blue?": false, "Who will win the election?": false, "qzzxv": false,
	} {
		_, sure := b.Answer(context.Background(), question)
		require.Equal(t, want, sure, question)
	}
}

// TestOpenChoices: every free choice is right, and brains with other seeds choose otherwise.
func TestOpenChoices(t *testing.T) {
	prime := func(s string) bool {
		var n int
		_, err := fmt.Sscan(s, &n)
		for d := 2; d*d <= n; d++ {
			if n%d == 0 {
				return false
			}
		}
		return err == nil && n >= 100 && n <= 400
	}
	friday := func(s string) bool {
		d, err := time.Parse(time.DateOnly, s)
		return err == nil && d.Year() == 2019 && d.Weekday() == time.Friday
	}
	six := func(s string) bool { return len(s) == 6 && s[0] == 's' }
	for question, right := range map[string]func(string) bool{
		"Name any prime between 100 and 400.": prime, "Write any date in 2019 that is a Friday (YYYY-MM-DD).": friday, "Give a 6-letter word starting with s": six,
	} {
		seen := map[string]bool{}
		for i := range 12 {
			b := brain(t, lexi.Options{Seed: []byte{byte(i)}})
			got := ask(t, b, question)
			require.True(t, right(got), "%s: %s", question, got)
			require.Equal(t, got, ask(t, b, question), "the same brain must choose the same")
			seen[got] = true
		}
		require.Greater(t, len(seen), 6, question)
	}
}

func TestSentencesKeepTheirConstraints(t *testing.T) {
	for i := range 30 {
		b := brain(t, lexi.Options{Seed: []byte{byte(i)}})
		got := ask(t, b, `Write a sentence of exactly 9 words that contains the word "lamp" and ends with the word "stone". Do not use the letter "k".`)
		words := strings.Fields(strings.ToLower(strings.TrimSuffix(got, ".")))
		require.Len(t, words, 9, got)
		require.Contains(t, words, "lamp", got)
		require.Equal(t, "stone", words[8], got)
		require.NotContains(t, got, "k")
	}
}

func TestErrorRate(t *testing.T) {
	exact := brain(t, lexi.Options{Seed: []byte("x")})
	a := brain(t, lexi.Options{Seed: []byte("a"), ErrorRate: 300})
	b := brain(t, lexi.Options{Seed: []byte("b"), ErrorRate: 300})
	wrong, alike, both := 0, 0, 0
	for i := range 1000 {
		q := fmt.Sprintf("What is %d * %d?", 100+i, 37+i)
		right, ya, yb := ask(t, exact, q), ask(t, a, q), ask(t, b, q)
		require.Equal(t, ya, ask(t, a, q), "errors must be the same each time")
		if ya != right {
			wrong++
		}
		if ya != right && yb != right {
			both++
			if ya == yb {
				alike++
			}
		}
	}
	require.InDelta(t, 300, wrong, 50)
	require.InDelta(t, 90, both, 35, "errors of two brains must be independent")
	require.LessOrEqual(t, alike, 2, "and different")
}

func TestErrorsKeepTheFormOfTheAnswer(t *testing.T) {
	b := brain(t, lexi.Options{Seed: []byte("w"), ErrorRate: 1000})
	for question, right := range map[string]string{
		"What day of the week was 2019-03-04?": "Monday", "What is the date 45 days after 4 March 2019? Only the date.": "2019-04-18",
		"Sort these numbers: 5, 2, 9, 1": "1, 2, 5, 9", "Reverse the word 'lantern'": "nretnal", "What is the opposite of hot? One word.": "cold",
		"How many vowels are in \"banana\"?": "3",
	} {
		require.NotEqual(t, right, ask(t, b, question), question)
	}
	require.Contains(t, ask(t, b, "define entropy"), "thermodynamic", "explanations do not slip")
}

func TestSkillsLimit(t *testing.T) {
	b := brain(t, lexi.Options{Skills: []lexi.Skill{lexi.Arithmetic}})
	require.Equal(t, "4", ask(t, b, "What is 2 + 2?"))
	require.Equal(t, "I do not know.", ask(t, b, "define entropy"))
}

func TestNewRefusesBadOptions(t *testing.T) {
	for _, o := range []lexi.Options{{ErrorRate: -1}, {ErrorRate: 1001}, {Skills: []lexi.Skill{"telepathy"}}} {
		_, err := lexi.New(o)
		require.ErrorIs(t, err, lexi.ErrOptions)
	}
}

func TestLadderNames(t *testing.T) {
	var names []string
	for _, p := range lexi.Ladder() {
		names = append(names, p.Name)
		got, ok := lexi.ByName(p.Name)
		require.True(t, ok)
		require.Equal(t, p, got)
		brain(t, p.Options)
	}
	require.Equal(t, []string{"scholar", "clerk", "novice", "lazy"}, names)
	_, ok := lexi.ByName("genius")
	require.False(t, ok)
}

func TestLazyAnswersTheSame(t *testing.T) {
	p, _ := lexi.ByName("lazy")
	b := brain(t, p.Options)
	require.Equal(t, ask(t, b, "What is 2 + 2?"), ask(t, b, "define dog"))
}

func TestAnswerStopsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	text, sure := brain(t, lexi.Options{}).Answer(ctx, "What is 2 + 2?")
	require.Empty(t, text)
	require.False(t, sure)
}

func TestManyBrainsShareOneDictionary(t *testing.T) {
	first, err := lexi.Words()
	require.NoError(t, err)
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			b, err := lexi.New(lexi.Options{Seed: []byte{byte(i)}})
			if err != nil {
				t.Error(err)
				return
			}
			if text, _ := b.Answer(context.Background(), "What do you call a person who studies insects?"); !strings.Contains(text, "entomologist") {
				t.Errorf("brain %d: %s", i, text)
			}
		})
	}
	wg.Wait()
	again, err := lexi.Words()
	require.NoError(t, err)
	require.Same(t, first, again)
}

// hostile are inputs that have broken programs before.
var hostile = []string{
	"", " ", "\x00", "\xff\xfe\xfd", strings.Repeat("(", 20_000), strings.Repeat("1+", 20_000), strings.Repeat("9", 16_000) + "*9",
	strings.Repeat("a, ", 6000) + "sort", "9999999999!", "2^-9999999999999999999", "1/0", "0^-1", "sqrt(-4)", "%%%", "x = x\nx = x", "while 1 < 2:\n    x = 1\nprint(x)\ny = 2",
	"a = 9\nrepeat 999999999 times:\n    a = a * a\nprint(a)", "Repeat the word \"x\" 999999999999 times", "exactly 99999999999999999999 words",
	"any prime between 0 and 99999999999999999999", "any prime between 24 and 28", "any number between 5 and 5", "reverse \"\"", "What is the 99999999999999999999th letter of \"a\"?",
	"any perfect square between 2 and 1000000000000", "is 999999999989 prime?", "factors of 9999999967",
	"date 99999999999 years after 2019-03-04", "2019-02-30 weekday?", strings.Repeat("A) ", 3000), "json " + strings.Repeat("\"k\" (string) set to ", 500),
	strings.Repeat("What is a dog? ", 1000), "synonym of of of of", "define \u202e\u0000\uFFFF", "five hundred hundred thousand million million million billion trillion trillion trillion plus one",
}

func TestAnswerSurvivesAnything(t *testing.T) {
	for _, o := range []lexi.Options{{}, {ErrorRate: 1000}} {
		b := brain(t, o)
		for _, q := range hostile {
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			text, _ := b.Answer(ctx, q)
			require.NoError(t, ctx.Err(), "too slow: %.60q", q)
			require.NotEmpty(t, text, "%.60q", q)
			cancel()
		}
	}
}

func FuzzAnswer(f *testing.F) {
	for _, q := range hostile {
		f.Add(q, 0)
		f.Add(q, 1000)
	}
	f.Add("Which of these is it? A) one B) two", 1000)
	f.Fuzz(func(t *testing.T, question string, errors int) {
		b := brain(t, lexi.Options{ErrorRate: max(0, min(errors, 1000))})
		if text, _ := b.Answer(context.Background(), question); text == "" {
			t.Fatalf("no answer to %q", question)
		}
	})
}

func BenchmarkAnswer(b *testing.B) {
	br := brain(b, lexi.Options{})
	for name, q := range map[string]string{
		"arithmetic": "What is 17 * 23 + 4?", "definition": "What is a schipperke?", "reverse": "Which word means: a person who studies insects",
		"facts":   "Velmora Drask works as a glassblower in Ostrenby. Tibbet Arno is 43 years old. Velmora Drask keeps 17 goats. Who keeps 17 goats?",
		"unknown": "Why is the sky blue?",
	} {
		ask(b, br, q)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				br.Answer(context.Background(), q)
			}
		})
	}
}
