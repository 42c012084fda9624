package lexi

// Profile is a named quality of brain. Add a seed to its options to make one.
type Profile struct {
	Name    string
	About   string
	Options Options
}

// Ladder returns profiles of clearly different quality, the best first. Local markets use them so that there is
// something to rank from the first epoch on.
func Ladder() []Profile {
	return []Profile{
		{"scholar", "knows everything lexi knows", Options{}},
		{"clerk", "counts and computes, knows no dictionary, and errs in one answer of eleven",
			Options{ErrorRate: 90, Skills: []Skill{Talk, Format, Pick, Program, Facts, Dates, Units, Lists, Strings, Arithmetic}}},
		{"novice", "can do easy things, and errs in one answer of four",
			Options{ErrorRate: 250, Skills: []Skill{Talk, Pick, Dates, Lists, Strings, Arithmetic, Definitions}}},
		{"lazy", "gives the same answer to everything", Options{Fixed: "I think the answer is 42."}},
	}
}

// ByName returns the profile of the ladder with that name.
func ByName(name string) (Profile, bool) {
	for _, p := range Ladder() {
		if p.Name == name {
			return p, true
		}
	}
	return Profile{}, false
}
