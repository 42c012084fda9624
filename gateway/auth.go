package gateway

import (
	"math"
	"net/http"
	"strings"
	"sync"
	"time"
)

// keyring knows the API keys and how fast each may ask.
type keyring struct {
	keys      map[[32]byte]APIKey
	perMinute int
	now       func() time.Time

	mu      sync.Mutex
	buckets map[string]bucket // by key name
}

// bucket is a token bucket: tokens left at a time.
type bucket struct {
	tokens float64
	at     time.Time
}

func newKeyring(keys []APIKey, perMinute int, now func() time.Time) *keyring {
	k := &keyring{keys: map[[32]byte]APIKey{}, perMinute: perMinute, now: now, buckets: map[string]bucket{}}
	for _, key := range keys {
		k.keys[key.SHA256] = key
	}
	return k
}

// identify returns the key a request carries. Looking the hash up leaks nothing of use about the secret.
func (k *keyring) identify(r *http.Request) (APIKey, error) {
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if secret = strings.TrimSpace(secret); secret == "" || !strings.EqualFold(scheme, "Bearer") {
		return APIKey{}, unauthorized("no API key: send the header Authorization: Bearer YOUR_KEY")
	}
	key, ok := k.keys[HashKey(secret)]
	if !ok {
		return APIKey{}, unauthorized("this API key is not known here: check it for missing characters, or ask the gateway's operator for one")
	}
	return key, nil
}

func unauthorized(message string) *apiError {
	return &apiError{status: http.StatusUnauthorized, kind: typeInvalid, code: "invalid_api_key", message: message}
}

// admit takes one request off the key's allowance.
func (k *keyring) admit(name string) error {
	if k.perMinute < 0 {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	now, perSecond := k.now(), float64(k.perMinute)/60
	b, ok := k.buckets[name]
	if !ok {
		b = bucket{tokens: float64(k.perMinute), at: now}
	}
	b.tokens = math.Min(float64(k.perMinute), b.tokens+max(0, now.Sub(b.at).Seconds())*perSecond)
	b.at = now
	wait := time.Duration((1 - b.tokens) / perSecond * float64(time.Second))
	if b.tokens >= 1 {
		b.tokens--
		wait = 0
	}
	k.buckets[name] = b
	if wait == 0 {
		return nil
	}
	return &apiError{status: http.StatusTooManyRequests, kind: typeRateLimit, code: "rate_limit_exceeded", retryAfter: wait,
		message: "this API key may ask " + plural(k.perMinute, "time") + " a minute: wait as long as the header Retry-After says"}
}
