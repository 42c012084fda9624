package wallet

import "errors"

// The errors a caller can tell apart with errors.Is. Each message that wraps one names the file and what to do.
var (
	// ErrWrongPassword says that the password does not open the coldkey, or that its sealed bytes were altered.
	ErrWrongPassword = errors.New("wrong password")
	// ErrExists says that a wallet or hotkey of that name is there already; nothing was changed.
	ErrExists = errors.New("already exists")
	// ErrNotFound says that there is no wallet or hotkey of that name.
	ErrNotFound = errors.New("not found")
	// ErrCorrupt says that a key file cannot be what this program wrote.
	ErrCorrupt = errors.New("corrupt key file")
	// ErrBadName says that a wallet or hotkey name could not be a file name everywhere.
	ErrBadName = errors.New("bad name")
	// ErrBadWords says that a recovery phrase has a wrong length, an unknown word or a wrong checksum.
	ErrBadWords = errors.New("bad recovery phrase")
	// ErrWeakPassword says that a new password is too short to protect money.
	ErrWeakPassword = errors.New("password too short")
	// ErrNoPassword says that a password is needed and no way to ask for it was given.
	ErrNoPassword = errors.New("password needed")
)
