// Package localnet runs a whole market in one process: a chain, subnets, miners with real models, validators and a
// gateway, described by a manifest. `dendra up` and the end-to-end tests use it alike.
//
// Its one invariant: a home belongs to at most one running market, and a market leaves nothing running behind.
package localnet
