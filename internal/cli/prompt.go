package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/dendra-net/dendra/wallet"
)

// maxLine bounds a line of input.
const maxLine = 4096

// lineReader reads single lines and leaves the rest, so that several secrets can come through one pipe.
type lineReader struct{ r io.Reader }

func (l *lineReader) line() (string, error) {
	var line []byte
	var one [1]byte
	for len(line) < maxLine {
		n, err := l.r.Read(one[:])
		if n == 1 && one[0] == '\n' {
			return strings.TrimSuffix(string(line), "\r"), nil
		}
		line = append(line, one[:n]...)
		if err == io.EOF && len(line) > 0 {
			return string(line), nil
		}
		if err != nil {
			return "", err
		}
	}
	return "", fmt.Errorf("the line is longer than %d bytes", maxLine)
}

// confirm asks for a yes. Without a terminal nobody is asked and nothing is done.
func (a *app) confirm(question string) error {
	if a.yes {
		return nil
	}
	if !a.interactive() || a.json {
		return failf("needs_confirmation", "%s: this needs a yes and nobody can be asked here", question).withFix("add --yes to agree, or --dry-run to look first")
	}
	fmt.Fprintf(a.Stderr, "%s [Y/n] ", question)
	answer, err := a.input.line()
	if err != nil {
		return failf("cancelled", "no answer: %v", err)
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "", "y", "yes":
		return nil
	}
	return failf("cancelled", "you answered %q: nothing was done", answer)
}

// password returns how the password of a wallet is found: DENDRA_PASSWORD, a line of stdin, or a person.
func (a *app) password(fromStdin, twice bool) wallet.Password {
	return func(name string) ([]byte, error) {
		if p := a.Getenv("DENDRA_PASSWORD"); p != "" {
			return []byte(p), nil
		}
		if fromStdin {
			line, err := a.input.line()
			if err != nil {
				return nil, fmt.Errorf("stdin has no password: %w", err)
			}
			return []byte(line), nil
		}
		if !a.interactive() || a.json {
			return nil, fmt.Errorf("wallet %q has a password and nobody can be asked here", name)
		}
		return a.askPassword(name, twice)
	}
}

func (a *app) askPassword(name string, twice bool) ([]byte, error) {
	first, err := a.hidden(fmt.Sprintf("password of wallet %s: ", name))
	if err != nil || !twice {
		return first, err
	}
	second, err := a.hidden("the same again: ")
	defer clear(second)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(first, second) {
		return nil, failf("passwords_differ", "the two passwords differ: nothing was written")
	}
	return first, nil
}

// hidden asks without showing what is typed.
func (a *app) hidden(question string) ([]byte, error) {
	file, ok := a.Stdin.(*os.File)
	if !ok {
		return nil, fmt.Errorf("there is no terminal to ask at")
	}
	fmt.Fprint(a.Stderr, question)
	defer fmt.Fprintln(a.Stderr)
	return term.ReadPassword(int(file.Fd()))
}
