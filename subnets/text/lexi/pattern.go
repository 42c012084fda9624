package lexi

import (
	"regexp"
	"sync"
)

// pattern is a regular expression that is compiled when it is first used: there are over a hundred, and a program that
// only links this package should not pay for them when it starts.
type pattern struct{ get func() *regexp.Regexp }

// lazy makes a pattern. Every pattern of the package is compiled by its tests.
func lazy(source string) pattern {
	return pattern{sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(source) })}
}

// lazyFrom is lazy for a source that is itself costly to make.
func lazyFrom(source func() string) pattern {
	return pattern{sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(source()) })}
}

func (p pattern) MatchString(s string) bool                  { return p.get().MatchString(s) }
func (p pattern) FindString(s string) string                 { return p.get().FindString(s) }
func (p pattern) FindStringIndex(s string) []int             { return p.get().FindStringIndex(s) }
func (p pattern) FindStringSubmatch(s string) []string       { return p.get().FindStringSubmatch(s) }
func (p pattern) FindStringSubmatchIndex(s string) []int     { return p.get().FindStringSubmatchIndex(s) }
func (p pattern) FindAllString(s string, n int) []string     { return p.get().FindAllString(s, n) }
func (p pattern) FindAllStringIndex(s string, n int) [][]int { return p.get().FindAllStringIndex(s, n) }
func (p pattern) FindAllStringSubmatch(s string, n int) [][]string {
	return p.get().FindAllStringSubmatch(s, n)
}
func (p pattern) ReplaceAllString(s, by string) string { return p.get().ReplaceAllString(s, by) }
func (p pattern) ReplaceAllStringFunc(s string, by func(string) string) string {
	return p.get().ReplaceAllStringFunc(s, by)
}
func (p pattern) Split(s string, n int) []string { return p.get().Split(s, n) }
func (p pattern) SubexpIndex(name string) int    { return p.get().SubexpIndex(name) }
