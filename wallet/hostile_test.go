package wallet_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/wallet"
)

// edit changes one key file of wallet "alice" and returns the store.
func edit(t *testing.T, file string, change func(map[string]any)) wallet.Store {
	t.Helper()
	s := newStore(t)
	_, _, err := s.Create("alice", wallet.Options{Password: typed("correct horse")})
	require.NoError(t, err)
	_, err = s.CreateHotkey("alice", "hk")
	require.NoError(t, err)
	path := filepath.Join(s.Home, "wallets", "alice", file)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var m map[string]any
	require.NoError(t, json.Unmarshal(text, &m))
	change(m)
	text, err = json.Marshal(m)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, text, 0o600))
	return s
}

func vaultOf(m map[string]any) map[string]any { return m["vault"].(map[string]any) }
func workOf(m map[string]any) map[string]any  { return vaultOf(m)["argon2"].(map[string]any) }

func TestAlteredColdkeyFiles(t *testing.T) {
	other, err := wallet.LocalColdkey("other")
	require.NoError(t, err)
	for name, c := range map[string]struct {
		change func(map[string]any)
		want   error
	}{
		"a terabyte of memory": {func(m map[string]any) { workOf(m)["memory_kib"] = 1 << 30 }, wallet.ErrCorrupt},
		"endless passes":       {func(m map[string]any) { workOf(m)["time"] = 1 << 31 }, wallet.ErrCorrupt},
		"200 threads":          {func(m map[string]any) { workOf(m)["threads"] = 200; workOf(m)["memory_kib"] = 4096 }, wallet.ErrCorrupt},
		"no passes":            {func(m map[string]any) { workOf(m)["time"] = 0 }, wallet.ErrCorrupt},
		"no memory":            {func(m map[string]any) { workOf(m)["memory_kib"] = 0 }, wallet.ErrCorrupt},
		"more than fits":       {func(m map[string]any) { workOf(m)["memory_kib"] = 1e15 }, wallet.ErrCorrupt},
		"cheaper work":         {func(m map[string]any) { workOf(m)["memory_kib"] = 32 }, wallet.ErrWrongPassword},
		"another address":      {func(m map[string]any) { m["address"] = other.Address() }, wallet.ErrCorrupt},
		"another key": {func(m map[string]any) {
			m["address"], m["public_key"] = other.Address(), other.PublicKey()
		}, wallet.ErrWrongPassword},
		"another name":     {func(m map[string]any) { m["name"] = "bob" }, wallet.ErrCorrupt},
		"another path":     {func(m map[string]any) { m["path"] = "m/44'/118'/0'/0/1" }, wallet.ErrCorrupt},
		"a later version":  {func(m map[string]any) { m["version"] = 2 }, wallet.ErrCorrupt},
		"an unknown field": {func(m map[string]any) { m["x"] = 1 }, wallet.ErrCorrupt},
		"another cipher":   {func(m map[string]any) { vaultOf(m)["cipher"] = "rot13" }, wallet.ErrCorrupt},
		"short salt":       {func(m map[string]any) { vaultOf(m)["salt"] = "AAAA" }, wallet.ErrCorrupt},
		"short nonce":      {func(m map[string]any) { vaultOf(m)["nonce"] = "AAAA" }, wallet.ErrCorrupt},
		"no ciphertext":    {func(m map[string]any) { vaultOf(m)["ciphertext"] = "" }, wallet.ErrCorrupt},
		"no vault":         {func(m map[string]any) { delete(m, "vault") }, wallet.ErrCorrupt},
		"local and sealed": {func(m map[string]any) { m["local"] = true }, wallet.ErrCorrupt},
		"words and sealed": {func(m map[string]any) { m["words"] = zeroWords }, wallet.ErrCorrupt},
		"local, other words": {func(m map[string]any) {
			delete(m, "vault")
			m["local"], m["words"] = true, zeroWords
		}, wallet.ErrCorrupt},
		"local, no phrase": {func(m map[string]any) {
			delete(m, "vault")
			m["local"], m["words"] = true, "hello"
		}, wallet.ErrCorrupt},
	} {
		t.Run(name, func(t *testing.T) {
			s := edit(t, "coldkey.json", c.change)
			_, err := s.Unlock("alice", typed("correct horse"))
			require.ErrorIs(t, err, c.want)
			require.ErrorContains(t, err, "alice")
		})
	}
}

// A hostile file is refused before the password is asked for and before its memory is taken.
func TestHostileWorkFactorTakesNoMemory(t *testing.T) {
	s := edit(t, "coldkey.json", func(m map[string]any) { workOf(m)["memory_kib"] = 1<<20 + 1 })
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := s.Unlock("alice", never(t))
	runtime.ReadMemStats(&after)
	require.ErrorIs(t, err, wallet.ErrCorrupt)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
}

func TestBrokenFiles(t *testing.T) {
	for _, file := range []string{"coldkey.json", "coldkey.pub.json", "hotkeys/hk.json"} {
		for name, text := range map[string]string{
			"empty": "", "cut": `{"format":`, "list": "[]", "two objects": "{}{}", "null": "null",
			"huge": `{"name":"` + strings.Repeat("a", 1<<20) + `"}`, "deep": strings.Repeat("[", 60_000),
		} {
			s := edit(t, file, func(map[string]any) {})
			require.NoError(t, os.WriteFile(filepath.Join(s.Home, "wallets", "alice", file), []byte(text), 0o600))
			var err error
			switch file {
			case "coldkey.json":
				_, err = s.Unlock("alice", never(t))
			case "coldkey.pub.json":
				_, err = s.Open("alice")
			default:
				_, err = s.Hotkey("alice", "hk")
			}
			require.ErrorIs(t, err, wallet.ErrCorrupt, "%s %s", file, name)
			require.ErrorContains(t, err, "backup")
		}
	}
}

func TestAlteredHotkeyFiles(t *testing.T) {
	for name, change := range map[string]func(map[string]any){
		"other seed":  func(m map[string]any) { m["seed"] = strings.Repeat("00", 32) },
		"short seed":  func(m map[string]any) { m["seed"] = "00" },
		"not hex":     func(m map[string]any) { m["seed"] = strings.Repeat("zz", 32) },
		"other form":  func(m map[string]any) { m["format"] = "dendra coldkey" },
		"new version": func(m map[string]any) { m["version"] = 9 },
	} {
		s := edit(t, "hotkeys/hk.json", change)
		_, err := s.Hotkey("alice", "hk")
		require.ErrorIs(t, err, wallet.ErrCorrupt, name)
		_, err = s.Open("alice")
		require.ErrorIs(t, err, wallet.ErrCorrupt, name)
	}
}

// A wallet's files moved under another name would sign for somebody else.
func TestRenamedDirectoryIsRefused(t *testing.T) {
	s := newStore(t)
	_, _, err := s.Create("alice", wallet.Options{Local: true})
	require.NoError(t, err)
	require.NoError(t, os.Rename(filepath.Join(s.Home, "wallets", "alice"), filepath.Join(s.Home, "wallets", "bob")))
	_, err = s.Open("bob")
	require.ErrorIs(t, err, wallet.ErrCorrupt)
	_, err = s.Unlock("bob", never(t))
	require.ErrorIs(t, err, wallet.ErrCorrupt)
}

// A crash between the steps of Create leaves a hidden directory; it hides nothing and blocks nothing.
func TestLeftoversOfACrashAreIgnored(t *testing.T) {
	s := newStore(t)
	require.NoError(t, os.MkdirAll(filepath.Join(s.Home, "wallets", ".new-123", "hotkeys"), 0o700))
	_, _, err := s.Create("alice", wallet.Options{Local: true})
	require.NoError(t, err)
	_, err = s.CreateHotkey("alice", "hk")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(s.Home, "wallets", "alice", "hotkeys", ".hk2.json.tmp-9"), []byte("{"), 0o600))
	list, err := s.List()
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Len(t, list[0].Hotkeys, 1)
}
