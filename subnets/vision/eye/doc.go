// Package eye reads pictures of text: it decodes them, cuts them into characters and asks a classifier what each is.
//
// Its one invariant: whatever bytes it is given, it takes memory and time for a bounded number of pixels and characters
// only, and answers or says why not.
package eye
