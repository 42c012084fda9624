package validator

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"

	"github.com/dendra-net/dendra/neuron"
)

// EpochSecret is what the validator draws one epoch's questions from. It comes from the hotkey, so it survives the
// loss of every file; it differs for each epoch, so it may be published after the epoch without giving away another.
func EpochSecret(key neuron.Key, chainID string, netuid uint16, epoch uint64) [32]byte {
	return derive(key, "dendra/validator/questions/v1", chainID, netuid, epoch, nil)
}

// saltOf is the secret behind a commitment. It is another branch than EpochSecret, which may be published.
func saltOf(key neuron.Key, chainID string, netuid uint16, epoch uint64, height int64) [16]byte {
	full := derive(key, "dendra/validator/salt/v1", chainID, netuid, epoch, binary.LittleEndian.AppendUint64(nil, uint64(height)))
	return [16]byte(full[:16])
}

func derive(key neuron.Key, use, chainID string, netuid uint16, epoch uint64, more []byte) [32]byte {
	seed := key.Seed()
	mac := hmac.New(sha256.New, seed[:])
	text := append([]byte(use), 0)
	text = append(append(text, chainID...), 0)
	text = binary.LittleEndian.AppendUint16(text, netuid)
	text = binary.LittleEndian.AppendUint64(text, epoch)
	mac.Write(append(text, more...))
	return [32]byte(mac.Sum(nil))
}
