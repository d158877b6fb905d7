package app

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"time"

	"github.com/digitorus/timestamp"
)

// stampClient asks a time stamp service over HTTP (RFC 3161, 3.4). The address is the operator's, so it may be inside.
type stampClient struct {
	url    string
	client *http.Client
}

const (
	stampTime  = 15 * time.Second
	maxStamped = 64 << 10 // bytes of an answer
)

func newStampClient(url string) *stampClient {
	return &stampClient{url: url, client: &http.Client{
		Timeout:       stampTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

var errNonce = errors.New("the time stamp answers another question")

// Stamp implements sign.Stamper.
func (c *stampClient) Stamp(ctx context.Context, digest []byte) ([]byte, error) {
	nonce, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 64))
	if err != nil {
		return nil, err
	}
	ask, err := (&timestamp.Request{HashAlgorithm: crypto.SHA256, HashedMessage: digest, Nonce: nonce, Certificates: true}).Marshal()
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(ask))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/timestamp-query")
	res, err := c.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("time stamp service answers %s", res.Status)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxStamped))
	if err != nil {
		return nil, err
	}
	got, err := timestamp.ParseResponse(body)
	if err != nil {
		return nil, err
	}
	if got.Nonce == nil || got.Nonce.Cmp(nonce) != 0 || !bytes.Equal(got.HashedMessage, digest) {
		return nil, errNonce
	}
	return got.RawToken, nil
}
