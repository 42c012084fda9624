package lexi

import (
	_ "embed" // the word file
	"sync"

	"github.com/dendra-net/dendra/subnets/text/lexi/wordnet"
)

//go:generate go run ./gen -o wordnet.bin.zst

//go:embed wordnet.bin.zst
var wordFile []byte

var openWords = sync.OnceValues(func() (*wordnet.DB, error) { return wordnet.Open(wordFile) })

// Words returns the word database that every brain of the process shares. The first call decompresses it, which takes
// about a tenth of a second of one core and leaves about 20 MB in use.
func Words() (*wordnet.DB, error) { return openWords() }
