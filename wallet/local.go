package wallet

import (
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/dendra-net/dendra/neuron"
)

// LocalPhrase is the public secret from which every account of a local network grows. Whoever reads this owns them
// all: real TAO sent to one of them is lost.
const LocalPhrase = "dendra local network: everybody knows this key"

// LocalWords returns the recovery phrase of a local network's account. Equal names give equal words on every machine.
func LocalWords(name string) string {
	sum := sha256.Sum256([]byte(LocalPhrase + "\x00coldkey\x00" + name))
	words, err := wordsOf(sum[:])
	if err != nil {
		panic(fmt.Sprintf("words of 32 bytes: %v", err)) // cannot happen: the length is right
	}
	return words
}

// LocalColdkey returns the coldkey of a local network's account.
func LocalColdkey(name string) (Coldkey, error) { return ColdkeyFromWords(LocalWords(name)) }

// LocalHotkey returns a hotkey of a local network's account.
func LocalHotkey(name, hotkey string) neuron.Key {
	return neuron.KeyFromSeed(sha256.Sum256([]byte(LocalPhrase + "\x00hotkey\x00" + name + "\x00" + hotkey)))
}

// EnsureLocal makes sure that the store holds a local network's account with the named hotkeys, and returns it. A
// wallet of that name with other keys is left alone and reported as ErrExists.
func (s Store) EnsureLocal(name string, hotkeys ...string) (Info, error) {
	cold, err := LocalColdkey(name)
	if err != nil {
		return Info{}, err
	}
	info, err := s.Open(name)
	if errors.Is(err, ErrNotFound) {
		info, err = s.Recover(name, LocalWords(name), Options{Local: true})
	}
	if err != nil {
		return Info{}, err
	}
	if info.Address != cold.Address() {
		return Info{}, fmt.Errorf("%w: it is %s, not the local network's %s", existsError("wallet", name), info.Address, cold.Address())
	}
	for _, hotkey := range hotkeys {
		if err := s.ensureLocalHotkey(name, hotkey); err != nil {
			return Info{}, err
		}
	}
	return s.Open(name)
}

func (s Store) ensureLocalHotkey(name, hotkey string) error {
	want := LocalHotkey(name, hotkey)
	have, err := s.Hotkey(name, hotkey)
	if errors.Is(err, ErrNotFound) {
		return s.AddHotkey(name, hotkey, want)
	}
	if err == nil && have.Address() != want.Address() {
		return fmt.Errorf("%w: it is %s, not the local network's %s", existsError("hotkey", name+"/"+hotkey), have.Address(), want.Address())
	}
	return err
}
