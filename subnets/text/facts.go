package text

import (
	"strconv"
	"strings"
)

// person is someone invented, with facts to be asked about.
type person struct {
	name, job, town, animal, colour string
	animals, age                    int
}

var (
	jobs    = strings.Fields("glassblower baker cartographer weaver beekeeper clockmaker carpenter librarian blacksmith gardener sailor potter")
	animals = strings.Fields("goats ducks hens sheep rabbits ponies geese pigeons")
	colours = strings.Fields("teal crimson orange violet green yellow brown indigo silver")
)

func (d *draw) person(i int, order []string) person {
	return person{
		name: d.name(2) + " " + d.name(2), town: d.name(3), job: order[i], animal: animals[(i+d.intn(3))%len(animals)],
		colour: colours[(2*i+d.intn(2))%len(colours)], animals: 3 + 7*i + d.intn(7), age: 20 + 9*i + d.intn(9),
	}
}

// aspect is one fact: how it is told, how it is asked about, and the answer.
type aspect struct {
	tell, ask []string
	rules     []string
	answer    func(person) truth
}

var wordRules = []string{"Reply with the word only.", "Only the word, please.", "One word is enough.", "Answer with one word."}

var aspects = []aspect{
	{[]string{"{p} works as a {job} in {town}.", "{p} is a {job} from {town}.", "In {town}, {p} earns a living as a {job}."},
		[]string{"What is the profession of {p}?", "What is {p}'s job?"}, wordRules, func(p person) truth { return truth{kindWord, p.job} }},
	{[]string{"{p} lives in {town}.", "The home of {p} is in {town}.", "{p} has a house in {town}."},
		[]string{"Where does {p} live?", "In which town does {p} live?"}, wordRules, func(p person) truth { return truth{kindWord, p.town} }},
	{[]string{"{p} keeps {n} {animal}.", "{p} owns {n} {animal}.", "There are {n} {animal} on the farm of {p}."},
		[]string{"How many {animal} does {p} have?", "How many {animal} belong to {p}?"}, numberRules, func(p person) truth { return number(int64(p.animals)) }},
	{[]string{"{p} is {age} years old.", "{p} turned {age} last spring."},
		[]string{"How old is {p}?", "What is the age of {p}?"}, numberRules, func(p person) truth { return number(int64(p.age)) }},
	{[]string{"The favourite colour of {p} is {colour}.", "{p} likes the colour {colour} best."},
		[]string{"What is the favourite colour of {p}?", "Which colour does {p} like best?"}, wordRules, func(p person) truth { return truth{kindWord, p.colour} }},
	{[]string{"{p} keeps {n} {animal}.", "{p} owns {n} {animal}."},
		[]string{"Who keeps {n} {animal}?", "Who owns {n} {animal}?"}, []string{"Reply with the name only.", "Just the name, please."}, func(p person) truth { return truth{kindWord, p.name} }},
}

// fillers are true of nobody in particular.
var fillers = []string{
	"The weather had been dry since the beginning of the week.", "Nobody in the valley remembers a colder winter.",
	"The market opens early on most days.", "Much of this was written down only later.",
}

// makeFacts writes a paragraph about invented people and asks for one fact in it.
func makeFacts(d *draw) item {
	order := some(d, len(jobs), jobs)
	people := make([]person, 1+d.level)
	for i := range people {
		people[i] = d.person(i, order)
	}
	asked, about := oneOf(d, people...), oneOf(d, aspects...)
	told := []string{d.tell(asked, about.tell)}
	for _, p := range people {
		for _, a := range some(d, 2, aspects[:5]) {
			if p.name != asked.name {
				told = append(told, d.tell(p, a.tell))
			}
		}
	}
	told = append(told, some(d, d.intn(3), fillers)...)
	for len(told) < 3 {
		told = append(told, fillers[len(told)])
	}
	shuffle(d, told)
	story, question := strings.Join(told, " "), d.tell(asked, about.ask)
	prompt := d.fill([]string{"s", story, "q", question}, "{s} {q}", "{s}\n\n{q}", "{s}\n\nQuestion: {q}")
	return item{prompt, about.rules, about.answer(asked)}
}

func (d *draw) tell(p person, templates []string) string {
	return d.fill([]string{"p", p.name, "job", p.job, "town", p.town, "n", strconv.Itoa(p.animals), "animal", p.animal,
		"age", strconv.Itoa(p.age), "colour", p.colour}, templates...)
}
