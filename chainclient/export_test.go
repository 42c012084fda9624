package chainclient

import "google.golang.org/grpc/encoding"

// WireCodec is what scripted servers speak.
var WireCodec encoding.Codec = wireCodec{}

// FeeOf is the fee rule by itself.
var FeeOf = feeOf

// Plain is what of an engine's log a person reads.
var Plain = plain
