package app

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/motcua/motcua/internal/sign"
)

// SignConfig says with which key the office signs what it issues, and whom it believes.
type SignConfig struct {
	KeyFile  string // PKCS#12; empty: no key, unless PKCS11 names one
	PassFile string // file with the password of KeyFile
	PKCS11   sign.PKCS11
	PINFile  string // file with the PIN of the device
	Chain    string // PEM file with the certificates that issued the one on the device
	StampURL string // RFC 3161 time stamp service; empty: none
	Roots    string // folder of PEM files with the authorities that are believed; empty: none
}

// Keyring signs for the office; nil when no key is configured.
func (a *App) Keyring() sign.Keyring { return a.keyring }

// openSigning reads the key of the office.
func (a *App) openSigning(c SignConfig) error {
	a.believed = &authorities{folder: c.Roots, now: a.cfg.Now}
	if _, err := a.believed.options(); err != nil {
		return err
	}
	if c.KeyFile == "" && c.PKCS11.Module == "" {
		return nil
	}
	s := &sign.Signer{}
	var err error
	if c.KeyFile != "" {
		s.Key, err = keyFile(c.KeyFile, c.PassFile)
	} else {
		s.Key, err = device(c)
	}
	if err != nil {
		return fmt.Errorf("signing key: %w", err)
	}
	if c.StampURL != "" {
		s.Stamper = newStampClient(c.StampURL)
	}
	a.keyring = s
	return nil
}

func keyFile(path, passFile string) (sign.Key, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return sign.Key{}, err
	}
	pass, err := secretFile(passFile)
	if err != nil {
		return sign.Key{}, err
	}
	return sign.KeyFromPKCS12(raw, pass)
}

func device(c SignConfig) (sign.Key, error) {
	var err error
	if c.PKCS11.PIN, err = secretFile(c.PINFile); err != nil {
		return sign.Key{}, err
	}
	if c.Chain != "" {
		raw, err := os.ReadFile(c.Chain)
		if err != nil {
			return sign.Key{}, err
		}
		if c.PKCS11.Chain, err = sign.ParseCertificates(raw); err != nil {
			return sign.Key{}, err
		}
	}
	return sign.OpenPKCS11(c.PKCS11)
}

// secretFile reads a secret that an operator wrote into a file, without the end of its line.
func secretFile(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	raw, err := os.ReadFile(path)
	return strings.TrimRight(string(raw), "\r\n"), err
}

var errLists = errors.New("the revocation lists are larger than is read")

// Files of the demo's invented authority, in the folder of keys.
const (
	demoKeyFile  = "demo-sign.p12"
	demoPassFile = "demo-sign.pass"
	demoRoots    = "roots"
	demoRootFile = "demo-root.pem"
)

// demoSigning gives the demo a key of an authority that exists nowhere else, and believes it.
func (a *App) demoSigning(agency string) error {
	dir := a.keys.dir
	c := a.cfg.Sign
	if c.KeyFile != "" || c.PKCS11.Module != "" {
		return nil
	}
	c.KeyFile, c.PassFile, c.Roots = filepath.Join(dir, demoKeyFile), filepath.Join(dir, demoPassFile), filepath.Join(dir, demoRoots)
	if _, err := os.Stat(c.KeyFile); errors.Is(err, fs.ErrNotExist) {
		if err := writeDemoKey(c, agency, a.cfg.Now()); err != nil {
			return fmt.Errorf("demo signing key: %w", err)
		}
	}
	a.cfg.Sign = c
	return a.openSigning(c)
}

// writeDemoKey invents an authority and a certificate of the agency. Both say DEMO: nobody should take them for real.
func writeDemoKey(c SignConfig, agency string, now time.Time) error {
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "DEMO Motcua CA", Organization: []string{"DEMO"}, Country: []string{"VN"}},
		NotBefore: now.AddDate(-10, 0, 0), NotAfter: now.AddDate(20, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	rootDER, err := x509.CreateCertificate(rand.Reader, root, root, rootKey.Public(), rootKey)
	if err != nil {
		return err
	}
	if root, err = x509.ParseCertificate(rootDER); err != nil {
		return err
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "DEMO " + agency, Organization: []string{"DEMO"}, Country: []string{"VN"}},
		NotBefore: now.AddDate(-10, 0, 0), NotAfter: now.AddDate(10, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment,
	}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, root, key.Public(), rootKey)
	if err != nil {
		return err
	}
	if leaf, err = x509.ParseCertificate(leafDER); err != nil {
		return err
	}
	pass := rand.Text()
	p12, err := pkcs12.Modern.Encode(key, leaf, []*x509.Certificate{root}, pass)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Roots, 0o700); err != nil {
		return err
	}
	// The key comes last: a start that was cut off begins anew.
	for _, f := range []struct {
		path string
		data []byte
	}{
		{filepath.Join(c.Roots, demoRootFile), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: rootDER})},
		{c.PassFile, []byte(pass + "\n")},
		{c.KeyFile, p12},
	} {
		if err := os.WriteFile(f.path, f.data, 0o600); err != nil {
			return err
		}
	}
	return nil
}
