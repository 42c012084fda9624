package wallet_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/cosmos/btcutil/bech32"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/wallet"
)

// light keeps a guess cheap, so that the tests are quick; one test uses the default.
var light = wallet.Argon2{Time: 1, MemoryKiB: 64, Threads: 1}

const zeroWords = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon " +
	"abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon art"

func newStore(t *testing.T) wallet.Store {
	t.Helper()
	return wallet.Store{Home: t.TempDir(), Argon2: light}
}

func typed(password string) wallet.Password {
	return func(string) ([]byte, error) { return []byte(password), nil }
}

func never(t *testing.T) wallet.Password {
	return func(string) ([]byte, error) {
		t.Helper()
		t.Fatal("asked for a password")
		return nil, nil
	}
}

func TestCreateThenUnlock(t *testing.T) {
	s := newStore(t)
	info, words, err := s.Create("alice", wallet.Options{Password: typed("correct horse")})
	require.NoError(t, err)
	require.Len(t, strings.Fields(words), 24)
	require.Len(t, info.PublicKey, 33)

	cold, err := s.Unlock("alice", typed("correct horse"))
	require.NoError(t, err)
	require.Equal(t, info.Address, cold.Address())
	require.Equal(t, info.PublicKey, cold.PublicKey())
	again, err := s.Words("alice", typed("correct horse"))
	require.NoError(t, err)
	require.Equal(t, words, again)

	other := newStore(t)
	recovered, err := other.Recover("bob", "  "+strings.ToUpper(words)+"\n", wallet.Options{Password: typed("another one")})
	require.NoError(t, err)
	require.Equal(t, info.Address, recovered.Address)
}

func TestNoSecretLiesInTheOpen(t *testing.T) {
	s := newStore(t)
	_, words, err := s.Create("alice", wallet.Options{Password: typed("correct horse")})
	require.NoError(t, err)
	first := strings.Join(strings.Fields(words)[:3], " ")
	err = filepath.WalkDir(s.Home, func(path string, e fs.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := e.Info()
		require.NoError(t, err)
		if path != s.Home {
			require.Zero(t, info.Mode().Perm()&0o077, "%s is open to others", path)
		}
		if e.IsDir() {
			return nil
		}
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NotContains(t, string(text), first)
		require.NotContains(t, string(text), "correct horse")
		return nil
	})
	require.NoError(t, err)
	cold, err := wallet.ColdkeyFromWords(words)
	require.NoError(t, err)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		require.Contains(t, fmt.Sprintf(verb, cold), string(cold.Address()))
		require.Less(t, len(fmt.Sprintf(verb, cold)), 80)
	}
}

// The payload of the address is a published one for these words on this path (prefix "cosmos" there).
func TestAddressIsThatOfOtherWallets(t *testing.T) {
	words := "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"
	cold, err := wallet.ColdkeyFromWords(words)
	require.NoError(t, err)
	_, want, err := bech32.DecodeToBase256("cosmos19rl4cm2hmr8afy4kldpxz3fka4jguq0auqdal4")
	require.NoError(t, err)
	got, err := cold.Address().Bytes()
	require.NoError(t, err)
	require.Equal(t, want, got)
	require.True(t, strings.HasPrefix(string(cold.Address()), "tao1"))
}

func TestSignatures(t *testing.T) {
	cold, err := wallet.ColdkeyFromWords(zeroWords)
	require.NoError(t, err)
	signature, err := cold.Sign([]byte("pay bob"))
	require.NoError(t, err)
	require.Len(t, signature, 64)
	again, err := cold.Sign([]byte("pay bob"))
	require.NoError(t, err)
	require.Equal(t, signature, again, "signatures are deterministic")
	require.True(t, wallet.VerifyColdkey(cold.PublicKey(), []byte("pay bob"), signature))
	require.False(t, wallet.VerifyColdkey(cold.PublicKey(), []byte("pay eve"), signature))
	require.False(t, wallet.VerifyColdkey(nil, []byte("pay bob"), signature))

	_, err = wallet.Coldkey{}.Sign([]byte("pay bob"))
	require.ErrorContains(t, err, "unlock")
	require.Empty(t, wallet.Coldkey{}.Address())
	require.Nil(t, wallet.Coldkey{}.PublicKey())
}

func TestNothingIsOverwritten(t *testing.T) {
	s := newStore(t)
	first, _, err := s.Create("alice", wallet.Options{Password: typed("correct horse")})
	require.NoError(t, err)
	_, _, err = s.Create("alice", wallet.Options{Password: never(t)})
	require.ErrorIs(t, err, wallet.ErrExists)
	_, err = s.Recover("alice", zeroWords, wallet.Options{Local: true})
	require.ErrorIs(t, err, wallet.ErrExists)
	key, err := s.CreateHotkey("alice", "miner")
	require.NoError(t, err)
	_, err = s.CreateHotkey("alice", "miner")
	require.ErrorIs(t, err, wallet.ErrExists)

	now, err := s.Open("alice")
	require.NoError(t, err)
	require.Equal(t, first.Address, now.Address)
	require.Equal(t, []wallet.HotkeyInfo{{Name: "miner", Address: key.Address()}}, now.Hotkeys)
}

// Two processes that create the same wallet at once: one wins, the other is told, and the key on disk is the winner's.
func TestConcurrentCreateHasOneWinner(t *testing.T) {
	s := newStore(t)
	var wins [8]wallet.Info
	var errs [8]error
	var group sync.WaitGroup
	for i := range wins {
		group.Go(func() {
			wins[i], _, errs[i] = s.Create("alice", wallet.Options{Password: typed("correct horse")})
		})
	}
	group.Wait()
	now, err := s.Open("alice")
	require.NoError(t, err)
	won := 0
	for i := range wins {
		if errs[i] == nil {
			won++
			require.Equal(t, now.Address, wins[i].Address)
			continue
		}
		require.ErrorIs(t, errs[i], wallet.ErrExists)
	}
	require.Equal(t, 1, won)
	list, err := os.ReadDir(filepath.Join(s.Home, "wallets"))
	require.NoError(t, err)
	require.Len(t, list, 1, "no half-made wallet stays behind")
}

func TestUnlockErrors(t *testing.T) {
	s := newStore(t)
	_, _, err := s.Create("alice", wallet.Options{Password: typed("correct horse")})
	require.NoError(t, err)
	_, err = s.Unlock("alice", typed("battery staple"))
	require.ErrorIs(t, err, wallet.ErrWrongPassword)
	require.ErrorContains(t, err, "recover")
	_, err = s.Unlock("alice", nil)
	require.ErrorIs(t, err, wallet.ErrNoPassword)
	closed := errors.New("terminal closed")
	_, err = s.Unlock("alice", func(string) ([]byte, error) { return nil, closed })
	require.ErrorIs(t, err, closed)
	_, err = s.Unlock("nobody", never(t))
	require.ErrorIs(t, err, wallet.ErrNotFound)
	_, err = s.Hotkey("alice", "miner")
	require.ErrorIs(t, err, wallet.ErrNotFound)
	_, err = s.CreateHotkey("nobody", "miner")
	require.ErrorIs(t, err, wallet.ErrNotFound)
	_, _, err = s.Create("carol", wallet.Options{Password: typed("short")})
	require.ErrorIs(t, err, wallet.ErrWeakPassword)
	_, err = s.Open("carol")
	require.ErrorIs(t, err, wallet.ErrNotFound)
	for _, name := range []string{"", ".", "..", "../x", "a/b", "Alice", "-rf", ".hidden", strings.Repeat("a", 64), "a\x00"} {
		_, _, err = s.Create(name, wallet.Options{Local: true})
		require.ErrorIs(t, err, wallet.ErrBadName, name)
		_, err = s.Open(name)
		require.ErrorIs(t, err, wallet.ErrBadName, name)
		_, err = s.Unlock(name, never(t))
		require.ErrorIs(t, err, wallet.ErrBadName, name)
		_, err = s.Hotkey("alice", name)
		require.ErrorIs(t, err, wallet.ErrBadName, name)
	}
}

func TestBadWords(t *testing.T) {
	for name, c := range map[string]struct{ words, says string }{
		"none":      {"", "0 words"},
		"short":     {"abandon ability", "2 words"},
		"huge":      {strings.Repeat("abandon ", 100_000), "100000 words"},
		"unknown":   {strings.Replace(zeroWords, "art", "qqqq", 1), `word 24, "qqqq"`},
		"misspelt":  {strings.Replace(zeroWords, "art", "abandonn", 1), `did you mean "abandon"`},
		"checksum":  {strings.Replace(zeroWords, "art", "zoo", 1), "checksum"},
		"not UTF-8": {strings.Replace(zeroWords, "art", "\xff\xfe", 1), "word 24"},
	} {
		_, err := wallet.CheckWords(c.words)
		require.ErrorIs(t, err, wallet.ErrBadWords, name)
		require.ErrorContains(t, err, c.says, name)
	}
	plain, err := wallet.CheckWords("\tABANDON " + strings.TrimPrefix(zeroWords, "abandon") + "\r\n")
	require.NoError(t, err)
	require.Equal(t, zeroWords, plain)
}

func TestListShowsTheGoodBesideTheBad(t *testing.T) {
	s := newStore(t)
	list, err := s.List()
	require.NoError(t, err)
	require.Empty(t, list)
	for _, name := range []string{"carol", "alice", "bob"} {
		_, _, err := s.Create(name, wallet.Options{Local: true})
		require.NoError(t, err)
	}
	require.NoError(t, os.WriteFile(filepath.Join(s.Home, "wallets", "bob", "coldkey.pub.json"), []byte("{"), 0o600))
	list, err = s.List()
	require.ErrorIs(t, err, wallet.ErrCorrupt)
	require.ErrorContains(t, err, "bob")
	require.Len(t, list, 2)
	require.Equal(t, "alice", list[0].Name)
	require.Equal(t, "carol", list[1].Name)
}

func TestMissingPublicFileIsReadFromTheSealedOne(t *testing.T) {
	s := newStore(t)
	info, _, err := s.Create("alice", wallet.Options{Password: typed("correct horse")})
	require.NoError(t, err)
	require.NoError(t, os.Remove(filepath.Join(s.Home, "wallets", "alice", "coldkey.pub.json")))
	again, err := s.Open("alice")
	require.NoError(t, err)
	require.Equal(t, info, again)
}

func TestLocalAccounts(t *testing.T) {
	s := newStore(t)
	info, err := s.EnsureLocal("alice", "miner-1", "miner-2")
	require.NoError(t, err)
	require.True(t, info.Local)
	require.Len(t, info.Hotkeys, 2)
	require.Equal(t, wallet.LocalHotkey("alice", "miner-2").Address(), info.Hotkeys[1].Address)
	require.NotEqual(t, info.Hotkeys[0].Address, info.Hotkeys[1].Address)
	again, err := s.EnsureLocal("alice", "miner-1", "miner-2")
	require.NoError(t, err)
	require.Equal(t, info, again)

	cold, err := s.Unlock("alice", never(t))
	require.NoError(t, err)
	want, err := wallet.LocalColdkey("alice")
	require.NoError(t, err)
	require.Equal(t, want.Address(), cold.Address())
	text, err := os.ReadFile(filepath.Join(s.Home, "wallets", "alice", "coldkey.json"))
	require.NoError(t, err)
	require.Contains(t, string(text), "NOT SEALED")

	mine, _, err := s.Create("bob", wallet.Options{Password: typed("correct horse")})
	require.NoError(t, err)
	_, err = s.EnsureLocal("bob")
	require.ErrorIs(t, err, wallet.ErrExists)
	require.ErrorContains(t, err, string(mine.Address))
	_, err = s.CreateHotkey("alice", "mine")
	require.NoError(t, err)
	_, err = s.EnsureLocal("alice", "mine")
	require.ErrorIs(t, err, wallet.ErrExists)
}

func TestDefaultWorkFactorIsWritten(t *testing.T) {
	if testing.Short() {
		t.Skip("takes 256 MiB and a second")
	}
	s := wallet.Store{Home: t.TempDir()}
	_, _, err := s.Create("alice", wallet.Options{Password: typed("correct horse")})
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(s.Home, "wallets", "alice", "coldkey.json"))
	require.NoError(t, err)
	plain := string(bytes.Join(bytes.Fields(text), nil))
	require.Contains(t, plain, `"argon2":{"time":3,"memory_kib":262144,"threads":4}`)
}

func BenchmarkUnlock(b *testing.B) {
	s := wallet.Store{Home: b.TempDir()}
	_, _, err := s.Create("alice", wallet.Options{Password: typed("correct horse")})
	require.NoError(b, err)
	for b.Loop() {
		_, err := s.Unlock("alice", typed("correct horse"))
		require.NoError(b, err)
	}
}
