// Package lexi is a small embedded brain: it answers questions about words from WordNet, and solves arithmetic, units,
// dates, strings, lists, small programs, facts stated in the question and format instructions. It needs no model
// server, no network and no files.
//
// Its one invariant: equal options and equal questions give equal answers (questions about the present moment apart),
// and what it does not know it says it does not know.
//
//	brain, err := lexi.New(lexi.Options{Seed: seed[:]})
//	text, sure := brain.Answer(ctx, "What is a schipperke?")
//
// Handler serves a Brain as an OpenAI-compatible chat server.
package lexi

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/dendra-net/dendra/subnets/text/lexi/wordnet"
)

// ErrOptions marks options that no brain can be made of.
var ErrOptions = errors.New("bad brain options")

// Skill is one thing a brain can do.
type Skill string

// The skills, in the order in which a question is offered to them.
const (
	Format      Skill = "format"      // JSON objects, sentences under constraints, repeating
	Program     Skill = "program"     // running a few lines of code or steps in words
	Pick        Skill = "pick"        // naming any one thing with a property
	Choice      Skill = "choice"      // choosing among lettered options
	Facts       Skill = "facts"       // finding an answer in a paragraph that the question holds
	Dates       Skill = "dates"       // weekdays, differences, additions
	Units       Skill = "units"       // converting measures
	Lists       Skill = "lists"       // sorting, extremes, sums, medians
	Strings     Skill = "strings"     // reversing, counting letters, joining
	Arithmetic  Skill = "arithmetic"  // exact calculation
	Relations   Skill = "relations"   // synonyms, antonyms, kinds, parts
	Reverse     Skill = "reverse"     // from a description to the word
	Definitions Skill = "definitions" // from a word to its meanings
	Talk        Skill = "talk"        // greetings, thanks, what it is
)

// AllSkills lists every skill.
func AllSkills() []Skill {
	var all []Skill
	for _, s := range solvers {
		if !slices.Contains(all, s.skill) {
			all = append(all, s.skill)
		}
	}
	return all
}

// Options say how good a brain is and what drives its free choices. The zero value is the best brain there is.
type Options struct {
	// Seed drives every free choice, normally the bytes of the miner's hotkey: of two brains with different seeds
	// each picks its own prime, its own word, its own mistake.
	Seed []byte
	// Skills is what the brain can do; nil means everything. Fewer skills make a weaker model.
	Skills []Skill
	// ErrorRate is how many of a thousand answers are wrong in a plausible way, as a weaker model's would be. Which
	// ones, and how, depends on the seed and the question alone.
	ErrorRate int
	// Fixed, when not empty, is the answer to everything: a lazy model.
	Fixed string
	// Now tells the time for questions about today; nil means time.Now.
	Now func() time.Time
}

// Brain answers questions. It is safe for concurrent use and shares its words with every other brain of the process.
type Brain struct {
	opts    Options
	solvers []solver
	words   *wordnet.DB
}

// New makes a brain. It fails on unknown skills, an error rate outside 0..1000, or a damaged word file.
func New(opts Options) (*Brain, error) {
	if opts.ErrorRate < 0 || opts.ErrorRate > 1000 {
		return nil, fmt.Errorf("%w: error rate %d is outside 0..1000 per mille", ErrOptions, opts.ErrorRate)
	}
	all := AllSkills()
	for _, s := range opts.Skills {
		if !slices.Contains(all, s) {
			return nil, fmt.Errorf("%w: unknown skill %q; the skills are %v", ErrOptions, s, all)
		}
	}
	words, err := Words()
	if err != nil {
		return nil, err
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	opts.Seed = slices.Clone(opts.Seed)
	b := &Brain{opts: opts, words: words}
	for _, s := range solvers {
		if opts.Skills == nil || slices.Contains(opts.Skills, s.skill) {
			b.solvers = append(b.solvers, s)
		}
	}
	return b, nil
}

// maxQuestion is the longest question, in bytes, that is read; the rest of a longer one is ignored.
const maxQuestion = 8 << 10

// Answer returns the best answer the brain has, and whether it vouches for it. It returns an empty text only when ctx
// is done. Any question is allowed, however long or strange.
func (b *Brain) Answer(ctx context.Context, question string) (text string, sure bool) {
	if b.opts.Fixed != "" {
		return b.opts.Fixed, false
	}
	q := b.newQuery(question)
	for _, s := range b.solvers {
		if ctx.Err() != nil {
			return "", false
		}
		if r, ok := s.solve(q); ok {
			return b.slip(q, r), r.sure
		}
	}
	return b.fallback(q), false
}

// reply is what a solver found.
type reply struct {
	text string
	sure bool
	chat bool // small talk and explanations, in which a slip would make no sense
}

func known(text string) (reply, bool) { return reply{text: text, sure: true}, text != "" }

func guess(text string) (reply, bool) { return reply{text: text}, text != "" }

func unknown() (reply, bool) { return reply{}, false }

// solver answers one kind of question and declines all others.
type solver struct {
	skill Skill
	solve func(*query) (reply, bool)
}

// solvers are asked in this order; the more specific a form, the earlier it comes.
var solvers = []solver{
	{Talk, solveGreeting},
	{Format, solveJSON},
	{Format, solveSentence},
	{Format, solveRepeat},
	{Choice, solveChoice},
	{Pick, solvePick},
	{Program, solveProgram},
	{Program, solveSteps},
	{Facts, solveFacts},
	{Dates, solveDates},
	{Units, solveUnits},
	{Lists, solveList},
	{Strings, solveString},
	{Arithmetic, solveNumberFacts},
	{Arithmetic, solveArithmetic},
	{Relations, solveRelation},
	{Reverse, solveReverse},
	{Definitions, solveGrammar},
	{Definitions, solveDefinition},
	{Talk, solveTalk},
	{Reverse, solveDescription},
}

// chooser draws the free choices of one question: from the brain's seed, the question, and what the choice is for.
func (b *Brain) chooser(question, purpose string) *rand.Rand {
	h := sha256.New()
	for _, part := range [][]byte{b.opts.Seed, []byte(question), []byte(purpose)} {
		fmt.Fprintf(h, "%d:", len(part))
		h.Write(part)
	}
	return rand.New(rand.NewChaCha8([32]byte(h.Sum(nil))))
}
