package lexi

import (
	"strings"
)

const aboutMe = "I am lexi, a small model without a neural network. I look words up in WordNet (definitions, synonyms, opposites, kinds, " +
	"the word behind a description), calculate exactly, convert units, work with dates, letters and lists, run short programs, " +
	"find facts in a paragraph you give me, and write JSON. I know no news and no encyclopedia; when I do not know, I say so."

// talk pairs what people say with what a polite program answers. Choices among answers are the brain's own.
var talk = []struct {
	said    pattern
	answers []string
}{
	{lazy(`(?i)^\W*(hi|hello|hey|howdy|greetings|good (morning|afternoon|evening|day))( there| lexi| everyone| all)?\W*$`),
		[]string{"Hello! What would you like to know?", "Hello. Ask me about a word, a sum or a date.", "Good day! How can I help?"}},
	{lazy(`(?i)^\W*(thanks|thank you|thx|cheers|much appreciated)\b.{0,40}$`),
		[]string{"You are welcome.", "My pleasure.", "Gladly."}},
	{lazy(`(?i)^\W*(bye|goodbye|see you|good night|farewell)\b.{0,20}$`), []string{"Goodbye!", "Until next time."}},
	{lazy(`(?i)^\W*how (are|do) you( do| doing)?( today)?\W*$`),
		[]string{"All my tables are in order, thank you. What can I do for you?", "Very well, thank you. What would you like to know?"}},
	{lazy(`(?i)\b(who|what) are you\b|\byour name\b|what can you do|^\W*help\W*$|what do you know\W*$|how do you work`), []string{aboutMe}},
	{lazy(`(?i)^\W*(test|testing|ping|are you there|is this on)\W*$`), []string{"I am here.", "Yes, I am listening."}},
	{lazy(`(?i)^\W*(ok|okay|fine|good|great|nice|cool|i see|yes|no|sure|alright)\W*$`), []string{"Good. Anything else?", "All right. What next?"}},
	{lazy(`(?i)^\W*(can|could|would) you (please )?help( me)?\W*$`), []string{"Gladly. " + aboutMe}},
	{lazy(`(?i)^\W*(are|do) you (conscious|alive|human|real|a robot|a person|a machine|an ai|think|feel)( things| anything)?\W*$`), []string{"No, I am a small program with a dictionary."}},
	{lazy(`(?i)^\W*$`), []string{"Please ask me something."}},
}

// solveGreeting answers what is nothing but small talk, before any other solver sees a word to define in it.
func solveGreeting(q *query) (reply, bool) {
	for _, t := range talk {
		if t.said.MatchString(q.raw) && len(q.raw) < 80 {
			return reply{text: t.answers[q.rng("talk").IntN(len(t.answers))], sure: true, chat: true}, true
		}
	}
	return unknown()
}

// solveTalk comes last and answers requests that a dictionary cannot meet.
func solveTalk(q *query) (reply, bool) {
	if q.contains("joke", "poem", "story", "essay", "song") {
		return reply{text: "I cannot invent stories: I am a dictionary and a calculator. " + strings.SplitAfter(aboutMe, ". ")[1], chat: true}, true
	}
	return unknown()
}
