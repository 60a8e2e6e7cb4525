package approval_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"paasmcp/internal/approval"
	"paasmcp/internal/policy"
)

func newSealer(t testing.TB) *approval.Sealer {
	t.Helper()
	s, err := approval.NewRandomSealer()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func state() approval.State {
	now := time.Now()
	return approval.State{Binding: binding, Level: policy.Typed, Expect: "main", Nonce: "n1", IssuedAt: now, Expires: now.Add(time.Minute)}
}

// Every single-character change of a token must be refused: none may slip through base64 or the version.
func TestEveryTamperedTokenIsForged(t *testing.T) {
	t.Parallel()
	s := newSealer(t)
	token, err := s.Seal(state())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(token); err != nil {
		t.Fatalf("the token itself: %v", err)
	}
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=.\n\r "
	for i := range token {
		for _, c := range alphabet {
			if byte(c) == token[i] {
				continue
			}
			if _, err := s.Open(token[:i] + string(c) + token[i+1:]); !errors.Is(err, approval.ErrForged) {
				t.Fatalf("character %d replaced by %q: got %v, want ErrForged", i, c, err)
			}
		}
		if _, err := s.Open(token[:i]); !errors.Is(err, approval.ErrForged) {
			t.Fatalf("cut at %d: got %v, want ErrForged", i, err)
		}
		for _, c := range "\n\r=A" {
			if _, err := s.Open(token[:i] + string(c) + token[i:]); !errors.Is(err, approval.ErrForged) {
				t.Fatalf("%q inserted at %d: got %v, want ErrForged", c, i, err)
			}
		}
	}
}

func TestForeignTokensAreForged(t *testing.T) {
	t.Parallel()
	s, other := newSealer(t), newSealer(t)
	foreign, err := other.Seal(state())
	if err != nil {
		t.Fatal(err)
	}
	own, _ := s.Seal(state())
	for name, token := range map[string]string{
		"other key":      foreign,
		"empty":          "",
		"version only":   "pa1.",
		"other version":  "pa2." + strings.TrimPrefix(own, "pa1."),
		"no version":     strings.TrimPrefix(own, "pa1."),
		"plain JSON":     "pa1." + base64.RawURLEncoding.EncodeToString([]byte(`{"principal":"ana"}`)),
		"short":          "pa1.AAAA",
		"huge":           "pa1." + strings.Repeat("A", 10<<20),
		"standard form":  strings.NewReplacer("-", "+", "_", "/").Replace(own) + "=",
		"trailing space": own + " ",
		"twice":          own + own,
		"not ASCII":      "pa1.éééé",
	} {
		if st, err := s.Open(token); !errors.Is(err, approval.ErrForged) || !reflect.DeepEqual(st, approval.State{}) {
			t.Errorf("%s: got %v, %v, want ErrForged and no state", name, st, err)
		}
	}
}

// Even content that carries the right key is refused when it is not exactly a State.
func TestAuthenticButStrangeContentIsForged(t *testing.T) {
	t.Parallel()
	key := bytes.Repeat([]byte{7}, approval.KeySize)
	s, err := approval.NewSealer(key)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := aes.NewCipher(key)
	aead, _ := cipher.NewGCMWithRandomNonce(block)
	seal := func(plain, version string) string {
		return "pa1." + base64.RawURLEncoding.EncodeToString(aead.Seal(nil, nil, []byte(plain), []byte(version)))
	}
	if _, err := s.Open(seal(`{"expires":"2999-01-01T00:00:00Z"}`, "pa1.")); err != nil {
		t.Fatalf("the control case must open: %v", err)
	}
	for name, token := range map[string]string{
		"unknown field":         seal(`{"expires":"2999-01-01T00:00:00Z","admin":true}`, "pa1."),
		"trailing data":         seal(`{"expires":"2999-01-01T00:00:00Z"}{}`, "pa1."),
		"not JSON":              seal(`yes`, "pa1."),
		"wrong type":            seal(`{"expires":1}`, "pa1."),
		"sealed for other use":  seal(`{"expires":"2999-01-01T00:00:00Z"}`, "cursor1."),
		"sealed for no version": seal(`{"expires":"2999-01-01T00:00:00Z"}`, ""),
	} {
		if _, err := s.Open(token); !errors.Is(err, approval.ErrForged) {
			t.Errorf("%s: got %v, want ErrForged", name, err)
		}
	}
	if _, err := s.Open(seal(`{}`, "pa1.")); !errors.Is(err, approval.ErrExpired) {
		t.Error("a state without expiry must count as expired")
	}
}

func TestStateExpires(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSealer(t)
		token, _ := s.Seal(state())
		time.Sleep(time.Minute - 1)
		if _, err := s.Open(token); err != nil {
			t.Fatalf("a nanosecond early: %v", err)
		}
		time.Sleep(time.Nanosecond)
		if _, err := s.Open(token); !errors.Is(err, approval.ErrExpired) {
			t.Fatalf("at the instant of expiry: %v", err)
		}
	})
}

func TestSealRoundTripAndSecrecy(t *testing.T) {
	t.Parallel()
	key := bytes.Repeat([]byte{1}, approval.KeySize)
	a, _ := approval.NewSealer(key)
	b, _ := approval.NewSealer(key)
	want := state()
	one, err := a.Seal(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := b.Open(one)
	if err != nil {
		t.Fatalf("a replica with the same key: %v", err)
	}
	if got.Binding != want.Binding || got.Level != want.Level || got.Expect != want.Expect || got.Nonce != want.Nonce ||
		!got.Expires.Equal(want.Expires) || !got.IssuedAt.Equal(want.IssuedAt) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if two, _ := a.Seal(want); one == two {
		t.Error("sealing twice gives the same token, so tokens can be linked")
	}
	if strings.ContainsAny(one, "+/= \n%&?#") {
		t.Errorf("token is not URL-safe: %s", one)
	}
	long := want
	long.Expect = strings.Repeat("x", 10<<10)
	if _, err := a.Seal(long); err == nil {
		t.Error("a token that Open would refuse for its length was issued")
	}
	for _, n := range []int{0, 16, 31, 33} {
		if _, err := approval.NewSealer(make([]byte, n)); err == nil {
			t.Errorf("a key of %d bytes was taken", n)
		}
	}
}

// FuzzOpen feeds Open everything but tokens of its own key. It must refuse all of it without a panic.
func FuzzOpen(f *testing.F) {
	s, other := newSealer(f), newSealer(f)
	own, _ := s.Seal(state())
	foreign, _ := other.Seal(state())
	for _, seed := range []string{"", "pa1.", own + "\n", own[:len(own)-1], foreign, "pa1.AAAA", "\x00", "pa1.\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		if st, err := s.Open(token); !errors.Is(err, approval.ErrForged) || !reflect.DeepEqual(st, approval.State{}) {
			t.Fatalf("opened %q: %+v, %v", token, st, err)
		}
	})
}
