// Package gateway answers stock OpenAI clients from the miners of the network: it chooses a miner, asks it, checks
// the answer and its signature, measures and bills it, and keeps a record.
//
// Its one invariant: a client gets a whole answer whose signature held, or an error that says so. An answer that was
// cut, badly signed or endless never ends as if it were whole, and is not billed.
//
// # HTTP
//
//	GET  /                      status page
//	GET  /charts/{id}           SVG: how a model's subnet worked over its epochs, where that is known
//	GET  /health                JSON; 200 while questions can be answered, 503 otherwise
//	GET  /v1/models             subnets as models
//	GET  /v1/models/{id}        one of them
//	POST /v1/chat/completions   whole, or as server-sent events with "stream": true
//	GET  /v1/requests           the caller's requests, newest first; ?limit= (1..200) and ?before=ID
//	GET  /v1/requests/{id}      one of them; the first characters of the id do
//
// Requests and answers pass byte for byte, known and unknown fields alike, with these exceptions: the member `dendra`
// is taken out of a request; `stream_options.include_usage` is set in a streamed one, and when the client had not set
// it the miner's usage is taken out of the stream again; comments of the miner's stream are dropped.
//
// The member `dendra` steers routing: {"netuid": 1, "uids": [4, 6], "max_attempts": 2}. With uids, only these neurons
// are asked, in that order.
//
// Every answer carries x-request-id and Dendra-Request-Id (the same id), Dendra-Cost (decimal TAO), and where they
// are known Dendra-Subnet and Dendra-Neuron (netuid and uid). The cost of a stream is known at its end: it comes as
// the trailer Dendra-Cost, and for clients that cannot read trailers as a comment before [DONE]:
//
//	: dendra cost=0.0000298 prompt_tokens=26 completion_tokens=41
//
// # Routing
//
// Miners are drawn by their incentive on the chain times their speed as this gateway measures it (time to the first
// byte); a small share of the draws goes to newcomers without incentive. A miner that fails rests, longer each time.
// As long as nothing has been released, a failed attempt is repeated with another miner, three at most, and a miner
// that is silent for much longer than usual is overtaken by a second one that is asked beside it. A stream counts as
// released with its first token. Miners that nobody asks are measured with a small question now and then.
//
// # Metering
//
// The gateway counts tokens itself (CountTokens says how) on the text of the messages it sent and of the answer it
// released. Completion tokens are billed up to the request's max_tokens for each choice. The cost is
//
//	ceil((prompt tokens * prompt price + completion tokens * completion price) / 1000) rao
//
// rounded up once. Answers are billed when they are whole; a stream the client leaves is billed up to that point;
// everything else is free. The bill is in the request log before the last byte of the answer is released.
package gateway
