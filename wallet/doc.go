// Package wallet keeps the keys of a person: coldkeys that own money and hotkeys that sign a neuron's work.
//
// A coldkey is a secp256k1 key grown from 24 words (BIP39, path m/44'/118'/0'/0/0), so any Cosmos wallet can hold it
// too. On disk its words lie under Argon2id and XChaCha20-Poly1305, and only Unlock and Words ever ask for the
// password. A hotkey is an ed25519 seed in plain text: it can move nothing and must work unattended.
//
//	HOME/wallets/NAME/coldkey.json       the sealed words (0600)
//	HOME/wallets/NAME/coldkey.pub.json   address and public key, readable without a password
//	HOME/wallets/NAME/hotkeys/HK.json    one hotkey each (0600)
//
// Its one invariant: a key file, once written, is never overwritten or left half written.
//
//	store := wallet.Store{Home: home}
//	info, words, err := store.Create("alice", wallet.Options{Password: ask})
//	cold, err := store.Unlock("alice", ask)
//	signature, err := cold.Sign(signBytes)
package wallet
