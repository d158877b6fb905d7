package main

import (
	"errors"
	"os"
	"strconv"

	"github.com/motcua/motcua/internal/app"
)

// signing is how the office signs what it issues and whose signatures it believes. Secrets come from files; each flag
// may also be set as an environment variable.
type signing struct {
	key, pass, module, slot, token, label, pin, chain, stamp, roots *string
}

func signFlags(f *flags) signing {
	env := func(name, variable, usage string) *string {
		return f.String(name, os.Getenv(variable), usage+" ($"+variable+")")
	}
	return signing{
		key:    env("sign-key", "MOTCUA_SIGN_KEY", "`FILE` (PKCS#12) with the key the office signs with"),
		pass:   env("sign-pass-file", "MOTCUA_SIGN_PASS_FILE", "`FILE` with the password of --sign-key"),
		module: env("sign-module", "MOTCUA_SIGN_MODULE", "PKCS#11 `LIBRARY` of a signing device, instead of --sign-key; wants a build with the tag pkcs11"),
		slot:   env("sign-slot", "MOTCUA_SIGN_SLOT", "`NUMBER` of the device's slot"),
		token:  env("sign-token", "MOTCUA_SIGN_TOKEN", "`LABEL` of the token, instead of --sign-slot"),
		label:  env("sign-label", "MOTCUA_SIGN_LABEL", "`LABEL` of the certificate on the device"),
		pin:    env("sign-pin-file", "MOTCUA_SIGN_PIN_FILE", "`FILE` with the device's PIN"),
		chain:  env("sign-chain", "MOTCUA_SIGN_CHAIN", "PEM `FILE` with the authorities above the certificate on the device"),
		stamp:  env("sign-stamp-url", "MOTCUA_SIGN_STAMP_URL", "`ADDRESS` of a time stamp service (RFC 3161)"),
		roots:  env("sign-roots", "MOTCUA_SIGN_ROOTS", "`FOLDER` of PEM files: authorities whose signatures are believed"),
	}
}

func (s signing) read(c *app.SignConfig) error {
	if *s.key != "" && *s.module != "" {
		return errors.New("give --sign-key or --sign-module, not both")
	}
	c.KeyFile, c.PassFile, c.StampURL, c.Roots = *s.key, *s.pass, *s.stamp, *s.roots
	c.PKCS11.Module, c.PKCS11.Token, c.PKCS11.Label = *s.module, *s.token, *s.label
	c.PINFile, c.Chain = *s.pin, *s.chain
	if *s.slot != "" {
		n, err := strconv.Atoi(*s.slot)
		if err != nil || n < 0 {
			return errors.New("--sign-slot wants a number")
		}
		c.PKCS11.Slot = &n
	}
	return nil
}
