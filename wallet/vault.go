package wallet

import (
	"bytes"
	"crypto/cipher"
	"encoding/json"
	"fmt"
	"io"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"
)

// Argon2 is how much work one password guess costs. The zero value means the default: 3 passes over 256 MiB by 4
// lanes, about a second on a small machine.
type Argon2 struct {
	Time      uint32 `json:"time"`       // passes
	MemoryKiB uint32 `json:"memory_kib"` // memory of one guess
	Threads   uint8  `json:"threads"`    // lanes
}

// defaultArgon2 is what coldkeys are sealed with unless a Store says otherwise.
var defaultArgon2 = Argon2{Time: 3, MemoryKiB: 256 << 10, Threads: 4}

// The most that a file may ask of the machine that opens it: 1 GiB at once, and 4 GiB times passes in all.
const (
	maxMemoryKiB = 1 << 20
	maxWorkKiB   = 4 << 20
	maxThreads   = 16
	saltBytes    = 16
	minPassword  = 8
)

// check refuses parameters that no honest file has, before any memory is taken for them.
func (a Argon2) check() error {
	switch {
	case a.Time == 0 || a.Threads == 0 || a.MemoryKiB < 8*uint32(a.Threads):
		return fmt.Errorf("argon2id parameters too small: time %d, memory %d KiB, threads %d", a.Time, a.MemoryKiB, a.Threads)
	case a.MemoryKiB > maxMemoryKiB || a.Threads > maxThreads || uint64(a.MemoryKiB)*uint64(a.Time) > maxWorkKiB:
		return fmt.Errorf("argon2id parameters too large: time %d, memory %d KiB, threads %d; the most is %d KiB, %d KiB times passes, %d threads",
			a.Time, a.MemoryKiB, a.Threads, maxMemoryKiB, maxWorkKiB, maxThreads)
	}
	return nil
}

// vault is a sealed secret: XChaCha20-Poly1305 under Argon2id of the password.
//
//	key        = argon2id(password, salt, time, memory, threads) -> 32 bytes
//	ciphertext = seal(key, nonce, secret, associated)
//
// The associated data is the header the vault belongs to, so neither name, address nor work factor can be exchanged.
type vault struct {
	KDF        string `json:"kdf"`
	Argon2     Argon2 `json:"argon2"`
	Salt       []byte `json:"salt"`
	Cipher     string `json:"cipher"`
	Nonce      []byte `json:"nonce"`
	Ciphertext []byte `json:"ciphertext"`
}

const (
	kdfName    = "argon2id"
	cipherName = "xchacha20poly1305"
)

// seal locks secret under password. bind is what the vault shall be tied to.
func seal(random io.Reader, work Argon2, password, secret, bind []byte) (vault, error) {
	if work == (Argon2{}) {
		work = defaultArgon2
	}
	if err := work.check(); err != nil {
		return vault{}, err
	}
	v := vault{
		KDF: kdfName, Argon2: work, Salt: make([]byte, saltBytes),
		Cipher: cipherName, Nonce: make([]byte, chacha20poly1305.NonceSizeX),
	}
	for _, b := range [][]byte{v.Salt, v.Nonce} {
		if _, err := io.ReadFull(random, b); err != nil {
			return vault{}, fmt.Errorf("draw salt: %w", err)
		}
	}
	aead, err := v.aead(password)
	if err != nil {
		return vault{}, err
	}
	v.Ciphertext = aead.Seal(nil, v.Nonce, secret, v.associated(bind))
	return v, v.proves(aead, secret, bind)
}

// proves reads the vault back from its written form and checks that the key just used opens it: a key file that
// nobody can open must not be born.
func (v vault) proves(aead cipher.AEAD, secret, bind []byte) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write sealed key: %w", err)
	}
	var back vault
	if err := json.Unmarshal(text, &back); err != nil {
		return fmt.Errorf("read back sealed key: %w", err)
	}
	got, err := aead.Open(nil, back.Nonce, back.Ciphertext, back.associated(bind))
	defer clear(got)
	if err != nil || !bytes.Equal(got, secret) {
		return fmt.Errorf("read back sealed key: it does not open to what was sealed (%w)", ErrCorrupt)
	}
	return nil
}

// open unlocks the vault. ErrCorrupt says that the form is wrong, ErrWrongPassword that the password does not fit.
func (v vault) open(password, bind []byte) ([]byte, error) {
	if err := v.check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	aead, err := v.aead(password)
	if err != nil {
		return nil, err
	}
	secret, err := aead.Open(nil, v.Nonce, v.Ciphertext, v.associated(bind))
	if err != nil {
		return nil, ErrWrongPassword
	}
	return secret, nil
}

func (v vault) check() error {
	switch {
	case v.KDF != kdfName || v.Cipher != cipherName:
		return fmt.Errorf("sealed with %q and %q, this program knows %s and %s", v.KDF, v.Cipher, kdfName, cipherName)
	case len(v.Salt) != saltBytes || len(v.Nonce) != chacha20poly1305.NonceSizeX:
		return fmt.Errorf("salt of %d and nonce of %d bytes, want %d and %d", len(v.Salt), len(v.Nonce), saltBytes, chacha20poly1305.NonceSizeX)
	case len(v.Ciphertext) < chacha20poly1305.Overhead:
		return fmt.Errorf("ciphertext of %d bytes", len(v.Ciphertext))
	}
	return v.Argon2.check()
}

func (v vault) aead(password []byte) (cipher.AEAD, error) {
	key := argon2.IDKey(password, v.Salt, v.Argon2.Time, v.Argon2.MemoryKiB, v.Argon2.Threads, chacha20poly1305.KeySize)
	defer clear(key)
	return chacha20poly1305.NewX(key)
}

// associated ties the ciphertext to the header and to the work factor.
func (v vault) associated(bind []byte) []byte {
	return fmt.Appendf(bytes.Clone(bind), "\x00%s\x00%d\x00%d\x00%d\x00%x", v.KDF, v.Argon2.Time, v.Argon2.MemoryKiB, v.Argon2.Threads, v.Salt)
}
