//go:build pkcs11

package sign

import (
	"crypto"
	"crypto/tls"
	"errors"
	"fmt"

	"github.com/ThalesGroup/crypto11"
)

// OpenPKCS11 opens the key of a device. The device stays open until the program ends.
func OpenPKCS11(c PKCS11) (Key, error) {
	device, err := crypto11.Configure(&crypto11.Config{Path: c.Module, SlotNumber: c.Slot, TokenLabel: c.Token, Pin: c.PIN})
	if err != nil {
		return Key{}, ErrKey.Because(err)
	}
	k, err := deviceKey(device, c)
	if err != nil {
		return Key{}, errors.Join(err, device.Close())
	}
	return k, nil
}

func deviceKey(device *crypto11.Context, c PKCS11) (Key, error) {
	pairs, err := device.FindAllPairedCertificates()
	if err != nil {
		return Key{}, ErrKey.Because(err)
	}
	if c.Label != "" {
		wanted, err := device.FindCertificate(nil, []byte(c.Label), nil)
		if err != nil {
			return Key{}, ErrKey.Because(err)
		}
		var chosen []tls.Certificate
		for _, p := range pairs {
			if wanted != nil && p.Leaf.Equal(wanted) {
				chosen = append(chosen, p)
			}
		}
		pairs = chosen
	}
	if len(pairs) != 1 {
		return Key{}, ErrKey.Because(fmt.Errorf("%d certificates with a key fit, say which by its label", len(pairs)))
	}
	signer, ok := pairs[0].PrivateKey.(crypto.Signer)
	if !ok {
		return Key{}, ErrKey.Because(fmt.Errorf("a key of type %T does not sign", pairs[0].PrivateKey))
	}
	return newKey(signer, pairs[0].Leaf, c.Chain)
}
