package text

// family is one kind of question.
type family struct {
	name   string
	weight int // how often it comes in each round of the deck
	make   func(*draw) item
}

// item is what a family makes.
type item struct {
	prompt string
	rules  []string // ways to say in which form the answer is wanted, one of which is sent; nil sends none
	truth  truth
}

// families are all kinds of questions. The two open ones weigh double: they are what tells copies from originals.
var families = []family{
	{"arithmetic", 1, makeArithmetic},
	{"units", 1, makeUnits},
	{"dates", 1, makeDates},
	{"strings", 1, makeStrings},
	{"lists", 1, makeLists},
	{"program", 1, makeProgram},
	{"facts", 1, makeFacts},
	{"reverse", 1, makeReverse},
	{"choice", 1, makeChoice},
	{"relation", 1, makeRelation},
	{"json", 1, makeJSON},
	{"instruction", 1, makeInstruction},
	{"pick-number", 2, makePickNumber},
	{"pick-word", 2, makePickWord},
}

// Families lists every family by name.
func Families() []string {
	out := make([]string, len(families))
	for i, f := range families {
		out[i] = f.name
	}
	return out
}

// CalcFamilies lists the families of the subnet "calc": those that need no dictionary and no language.
func CalcFamilies() []string {
	return []string{"arithmetic", "units", "dates", "lists", "program", "pick-number"}
}
