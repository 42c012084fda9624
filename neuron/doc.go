// Package neuron is the SDK for miners and validators: keys, signed HTTP both ways, and the interfaces a subnet's
// author implements. It knows nothing of the chain's engine.
//
// Its one invariant: a handler sees a request, and a caller sees a response, only after the other side's signature
// over the exact bytes has been verified.
package neuron
