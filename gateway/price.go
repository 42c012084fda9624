package gateway

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"

	"github.com/dendra-net/dendra/gateway/requestlog"
)

// Price is what tokens cost, in rao for each 1,000 prompt or completion tokens. The zero Price is free of charge.
type Price = requestlog.Price

// MaxPriceRao bounds either half of a Price: 1,000 TAO for 1,000 tokens.
const MaxPriceRao = 1_000_000_000_000

// StandardPrice is what a gateway charges when its operator has set nothing else: a question of 26 tokens with an
// answer of 41 costs 0.0000298 TAO.
func StandardPrice() Price { return Price{PromptRao: 200_000, CompletionRao: 600_000} }

const (
	tokensPerPrice = 1000
	raoPerTAO      = 1_000_000_000
	maxTokens      = 1 << 32 // far beyond what MaxBodyBytes and MaxAnswerBytes let through
)

// costRao returns the price of so many tokens, rounded up once. Both halves of p are at most MaxPriceRao.
func costRao(p Price, prompt, completion uint64) uint64 {
	h1, l1 := bits.Mul64(min(prompt, maxTokens), p.PromptRao)
	h2, l2 := bits.Mul64(min(completion, maxTokens), p.CompletionRao)
	low, carry := bits.Add64(l1, l2, 0)
	high, _ := bits.Add64(h1, h2, carry)
	low, carry = bits.Add64(low, tokensPerPrice-1, 0)
	quotient, _ := bits.Div64(high+carry, low, tokensPerPrice)
	return quotient
}

func checkPrice(p Price) error {
	if p.PromptRao > MaxPriceRao || p.CompletionRao > MaxPriceRao {
		return fmt.Errorf("price of %d and %d rao per 1,000 tokens: at most %d is allowed", p.PromptRao, p.CompletionRao, uint64(MaxPriceRao))
	}
	return nil
}

// formatTAO writes rao as decimal TAO without trailing zeros.
func formatTAO(rao uint64) string {
	whole, part := rao/raoPerTAO, rao%raoPerTAO
	if part == 0 {
		return strconv.FormatUint(whole, 10)
	}
	return fmt.Sprintf("%d.%s", whole, strings.TrimRight(fmt.Sprintf("%09d", part), "0"))
}
