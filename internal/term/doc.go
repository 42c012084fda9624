// Package term writes for people: aligned tables, bars, and one line that updates itself while something takes time.
//
// Its one invariant: everything is plain ASCII that means the same in a file as on a screen; only the self-updating
// line needs a terminal, and without one it writes nothing.
//
//	t := term.Table{Columns: []term.Column{{Title: "UID", Right: true}, {Title: "HOTKEY"}}}
//	t.Add("4", "tao1...")
//	err := t.Write(os.Stdout)
package term
