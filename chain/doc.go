// Package chain wires the engine's and the project's modules into the application and runs it as a node. It has no
// rules of its own beyond who may pass the door without a fee.
//
// Its one invariant: nothing but x/emission can mint, and no key has privileges beyond those of governance.
package chain
