// Package collective is the laboratory of the payment rule for collectives (package merit): real models of several
// kinds answer on shipped text that none of them was trained on, honest miners and cheats take part epoch by epoch, and
// a table shows what each earned with and without the other.
//
// Its one invariant: a cheat is compared with the same market without it, on the same text: whatever differs is the
// cheat's doing. The same options give the same table on the same kind of CPU.
package collective
