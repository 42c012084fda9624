package wallet

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/cosmos/go-bip39"
)

// entropyBytes gives phrases of 24 words.
const entropyBytes = 32

// NewWords draws a fresh recovery phrase of 24 words.
func NewWords(random io.Reader) (string, error) {
	entropy := make([]byte, entropyBytes)
	defer clear(entropy)
	if _, err := io.ReadFull(random, entropy); err != nil {
		return "", fmt.Errorf("draw recovery phrase: %w", err)
	}
	return wordsOf(entropy)
}

func wordsOf(entropy []byte) (string, error) {
	words, err := bip39.NewMnemonic(entropy)
	if err != nil {
		return "", fmt.Errorf("make recovery phrase: %w", err)
	}
	return words, nil
}

// CheckWords returns the phrase in its plain form (lower case, single spaces) or says what is wrong with it without
// repeating more of it than the one unknown word. Phrases of 12 and 24 words are taken.
func CheckWords(phrase string) (string, error) {
	words := strings.Fields(strings.ToLower(phrase))
	if len(words) != 12 && len(words) != 24 {
		return "", fmt.Errorf("%w: it has %d words, want 24 (or 12)", ErrBadWords, len(words))
	}
	for i, w := range words {
		if _, known := slices.BinarySearch(bip39.WordList, w); !known {
			return "", fmt.Errorf("%w: word %d, %q, is not in the English BIP39 list%s", ErrBadWords, i+1, w, suggest(w))
		}
	}
	plain := strings.Join(words, " ")
	if _, err := bip39.MnemonicToByteArray(plain); err != nil { // the words are known, so only the checksum is left
		return "", fmt.Errorf("%w: every word is known but the checksum is wrong: a word is exchanged or out of order", ErrBadWords)
	}
	return plain, nil
}

// suggest names the list's only word with the same first four letters, which are unique by the list's design.
func suggest(word string) string {
	if len(word) < 4 {
		return ""
	}
	i, _ := slices.BinarySearch(bip39.WordList, word[:4])
	if i < len(bip39.WordList) && strings.HasPrefix(bip39.WordList[i], word[:4]) {
		return fmt.Sprintf("; did you mean %q?", bip39.WordList[i])
	}
	return ""
}
