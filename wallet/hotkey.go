package wallet

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/dendra-net/dendra/neuron"
)

// hotkeyFile is hotkeys/HK.json.
type hotkeyFile struct {
	Format  string         `json:"format"`
	Version int            `json:"version"`
	Name    string         `json:"name"`
	Address neuron.Address `json:"address"`
	Seed    string         `json:"seed"` // 32 bytes in hex
	Note    string         `json:"note"`
}

// CreateHotkey draws a fresh hotkey for a wallet. Errors: ErrNotFound, ErrExists, ErrBadName.
func (s Store) CreateHotkey(name, hotkey string) (neuron.Key, error) {
	key, err := neuron.GenerateKey(s.random())
	if err != nil {
		return neuron.Key{}, err
	}
	return key, s.AddHotkey(name, hotkey, key)
}

// AddHotkey puts a hotkey that exists already into a wallet. Errors: ErrNotFound, ErrExists, ErrBadName.
func (s Store) AddHotkey(name, hotkey string, key neuron.Key) error {
	if err := errors.Join(checkName(name), checkName(hotkey)); err != nil {
		return err
	}
	if key.IsZero() {
		return fmt.Errorf("add hotkey %q: the key is empty", hotkey)
	}
	if _, err := s.readPublic(name); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(s.dir(name), hotkeysDir), 0o700); err != nil {
		return fmt.Errorf("add hotkey %q: %w", hotkey, err)
	}
	seed := key.Seed()
	err := writeNew(s.hotkeyPath(name, hotkey), hotkeyFile{
		Format: hotkeyFormat, Version: fileVersion, Name: hotkey, Address: key.Address(),
		Seed: hex.EncodeToString(seed[:]), Note: hotWarning,
	})
	if errors.Is(err, fs.ErrExist) {
		return existsError("hotkey", name+"/"+hotkey)
	}
	if err != nil {
		return fmt.Errorf("add hotkey %q: %w", hotkey, err)
	}
	back, err := s.Hotkey(name, hotkey)
	if err != nil || back.Address() != key.Address() {
		return fmt.Errorf("add hotkey %q: it does not read back: %w", hotkey, errors.Join(err, ErrCorrupt))
	}
	return nil
}

// Hotkey reads one hotkey of a wallet. Errors: ErrNotFound, ErrCorrupt.
func (s Store) Hotkey(name, hotkey string) (neuron.Key, error) {
	if err := errors.Join(checkName(name), checkName(hotkey)); err != nil {
		return neuron.Key{}, err
	}
	path := s.hotkeyPath(name, hotkey)
	var f hotkeyFile
	if err := readFile(path, &f); err != nil {
		return neuron.Key{}, s.explain(err, "hotkey", name+"/"+hotkey)
	}
	if f.Format != hotkeyFormat || f.Version != fileVersion {
		return neuron.Key{}, corrupt(path, fmt.Sprintf("it is %q version %d; this program reads %q version %d", f.Format, f.Version, hotkeyFormat, fileVersion))
	}
	seed, err := hex.DecodeString(f.Seed)
	if err != nil || len(seed) != 32 {
		return neuron.Key{}, corrupt(path, "its seed is not 32 bytes in hex")
	}
	key := neuron.KeyFromSeed([32]byte(seed))
	if key.Address() != f.Address {
		return neuron.Key{}, corrupt(path, "its address is not that of its seed")
	}
	return key, nil
}

// hotkeys lists the hotkeys of a wallet by name.
func (s Store) hotkeys(name string) ([]HotkeyInfo, error) {
	list, err := os.ReadDir(filepath.Join(s.dir(name), hotkeysDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list hotkeys of %q: %w", name, err)
	}
	var out []HotkeyInfo
	for _, e := range list {
		hotkey, isKey := strings.CutSuffix(e.Name(), ".json")
		if !isKey || strings.HasPrefix(hotkey, ".") {
			continue
		}
		key, err := s.Hotkey(name, hotkey)
		if err != nil {
			return nil, err
		}
		out = append(out, HotkeyInfo{Name: hotkey, Address: key.Address()})
	}
	return out, nil
}

func (s Store) hotkeyPath(name, hotkey string) string {
	return filepath.Join(s.dir(name), hotkeysDir, hotkey+".json")
}
