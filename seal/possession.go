package seal

import "encoding/binary"

// Possession is what a hotkey signs (ed25519) to be registered by a coldkey, so that nobody can register a key that is
// not theirs, nor carry a signature to another chain, subnet or owner:
// "dendra/register/v1" ‖ 0 ‖ chainID ‖ 0 ‖ netuid_le2 ‖ coldkey.
func Possession(chainID string, netuid uint16, coldkey []byte) []byte {
	b := make([]byte, 0, 64)
	b = append(b, "dendra/register/v1\x00"...)
	b = append(b, chainID...)
	b = append(b, 0)
	b = binary.LittleEndian.AppendUint16(b, netuid)
	return append(b, coldkey...)
}
