package sign

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"encoding/asn1"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/digitorus/pkcs7"
	"golang.org/x/crypto/ocsp"
)

func TestVerifySeesWhatWasDoneToASignedFile(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t, "TEST CA")
	s := &Signer{Key: ca.issue(t, "Nguyễn Văn A", ecKey(t), nil)}
	trust := NewTrust(ca.cert)
	alter := func(old, repl string) func(*testing.T, []byte) []byte {
		return func(t *testing.T, pdf []byte) []byte {
			t.Helper()
			if !bytes.Contains(pdf, []byte(old)) {
				t.Fatalf("%q is not there", old)
			}
			return bytes.Replace(pdf, []byte(old), []byte(repl), 1)
		}
	}
	edit := func(change func(u *update)) func(*testing.T, []byte) []byte {
		return func(t *testing.T, pdf []byte) []byte { t.Helper(); return edited(t, pdf, change) }
	}
	root := func(u *update) dict {
		d, err := u.v.dict(u.v.root)
		if err != nil {
			panic(err)
		}
		return d
	}
	page := func(u *update) sheet {
		p, err := u.v.page(1)
		if err != nil {
			panic(err)
		}
		return p
	}
	tests := []struct {
		name   string
		change func(t *testing.T, pdf []byte) []byte
		want   Status
		reason Reason
	}{
		{"nothing", func(_ *testing.T, pdf []byte) []byte { return pdf }, Valid, ""},
		{"blanks behind the end", func(_ *testing.T, pdf []byte) []byte { return append(bytes.Clone(pdf), "\r\n \n"...) }, Valid, ""},
		{"one byte of the document", alter("/Count 2", "/Count 3"), Broken, ReasonDigest},
		{"the claimed time", alter("D:20260424", "D:20260425"), Broken, ReasonDigest},
		{"one byte of the signature", func(_ *testing.T, pdf []byte) []byte {
			at := bytes.Index(pdf, []byte("/Contents <")) + len("/Contents <")
			end := at + len(bytes.TrimRight(pdf[at:at+bytes.IndexByte(pdf[at:], '>')], "0"))
			out := bytes.Clone(pdf)
			out[end-20] = "10"[out[end-20]&1]
			return out
		}, Broken, ReasonDigest},
		{"the range made shorter", func(_ *testing.T, pdf []byte) []byte {
			at := bytes.Index(pdf, []byte("/ByteRange"))
			end := at + bytes.IndexByte(pdf[at:], ']')
			out := bytes.Clone(pdf)
			f := strings.Fields(string(out[at:end]))
			n := new(big.Int)
			n.SetString(f[4], 10)
			copy(out[at:], strings.Replace(string(out[at:end]), f[4], fmt.Sprintf("%0*d", len(f[4]), n.Int64()-10), 1))
			return out
		}, Broken, ReasonDigest},
		{"the name of its handler", alter("/Filter /Adobe.PPKLite", "/Filter /Adobe.PPKLitE"), Broken, ReasonDigest},
		{"a page more", edit(func(u *update) {
			pages, _ := root(u)["Pages"].(ref)
			d, err := u.v.dict(pages)
			if err != nil {
				panic(err)
			}
			kids, _ := d["Kids"].(array)
			more := u.add(page(u).dict)
			u.objects[pages.n] = d.with("Kids", appended(kids, more)).with("Count", 3)
		}), Changed, ReasonAfter},
		{"other words on a page", edit(func(u *update) {
			at, _ := page(u).dict["Contents"].(ref)
			st, err := flate(dict{}, []byte("BT /F1 20 Tf 50 700 Td (Other words) Tj ET"))
			if err != nil {
				panic(err)
			}
			u.objects[at.n] = st
		}), Changed, ReasonAfter},
		{"another page in the place of the first", edit(func(u *update) {
			p := page(u)
			st, err := flate(dict{}, []byte("BT ET"))
			if err != nil {
				panic(err)
			}
			u.objects[p.ref.n] = p.dict.with("Contents", u.add(st))
		}), Changed, ReasonAfter},
		{"a remark stuck on the page", edit(func(u *update) {
			p := page(u)
			annots, _ := p.dict["Annots"].(array)
			u.objects[p.ref.n] = p.dict.with("Annots", appended(annots, u.add(dict{"Type": name("Annot"), "Subtype": name("FreeText"), "Rect": array{0, 0, 300, 300}})))
		}), Changed, ReasonAfter},
		{"another catalogue", edit(func(u *update) { u.v.root = u.add(root(u)) }), Changed, ReasonAfter},
		{"a script that starts with the document", edit(func(u *update) {
			u.objects[u.v.root.n] = root(u).with("OpenAction", dict{"S": name("JavaScript"), "JS": text("app.alert(1)")})
		}), Changed, ReasonAfter},
		{"the mark moved", edit(func(u *update) {
			annots, _ := page(u).dict["Annots"].(array)
			r, _ := annots[0].(ref)
			d, err := u.v.dict(r)
			if err != nil {
				panic(err)
			}
			u.objects[r.n] = d.with("Rect", array{0, 0, 10, 10})
		}), Changed, ReasonAfter},
		{"an object taken away", func(t *testing.T, pdf []byte) []byte {
			t.Helper()
			at, _ := page(&update{v: viewOf(t, pdf)}).dict["Contents"].(ref)
			return edited(t, pdf, func(u *update) { u.objects[at.n] = nil })
		}, Changed, ReasonAfter},
		{"an object that was referred to and missing", edit(func(u *update) { u.objects[9000] = &stream{dict{"Length": 2}, []byte("BT")} }), Changed, ReasonAfter},
		{"data about the document", edit(func(u *update) {
			at, _ := u.v.trailer["Info"].(ref)
			u.objects[at.n] = dict{"Title": text("Other")}
		}), Valid, ""},
		{"the same page written once more", edit(func(u *update) { p := page(u); u.objects[p.ref.n] = p.dict }), Valid, ""},
		{"objects behind the end that no table names", func(_ *testing.T, pdf []byte) []byte {
			return append(bytes.Clone(pdf), "1 0 obj\n<</Type/Catalog>>\nendobj\n"...)
		}, Changed, ReasonAfter},
		{"an unsigned empty field", edit(func(u *update) {
			form, err := u.v.dict(root(u)["AcroForm"])
			if err != nil {
				panic(err)
			}
			list, err := u.v.array(form["Fields"])
			if err != nil {
				panic(err)
			}
			field := u.add(dict{"FT": name("Sig"), "T": text("later"), "Type": name("Annot"), "Subtype": name("Widget"), "Rect": array{0, 0, 0, 0}})
			u.objects[u.v.root.n] = root(u).with("AcroForm", form.with("Fields", appended(list, field)))
		}), Valid, ""},
		{"a text field", edit(func(u *update) {
			form, err := u.v.dict(root(u)["AcroForm"])
			if err != nil {
				panic(err)
			}
			list, err := u.v.array(form["Fields"])
			if err != nil {
				panic(err)
			}
			u.objects[u.v.root.n] = root(u).with("AcroForm", form.with("Fields", appended(list, u.add(dict{"FT": name("Tx"), "T": text("more")}))))
		}), Changed, ReasonAfter},
		{"a table of another kind that cannot be read", func(_ *testing.T, pdf []byte) []byte {
			return append(bytes.Clone(pdf), "startxref\n7\n%%EOF\n"...)
		}, Unknown, ReasonUnreadable},
	}
	for kind, doc := range documents(t) {
		// A reference to nothing, as some programs leave them.
		doc = edited(t, doc, func(u *update) { u.objects[u.v.root.n] = root(u).with("PieceInfo", ref{9000, 0}) })
		pdf := signed(t, s, doc, As{Mark: &Mark{Page: 1, Box: Box{10, 10, 60, 20}}})
		for _, tt := range tests {
			t.Run(kind+", "+tt.name, func(t *testing.T) {
				t.Parallel()
				if kind == "streams" && tt.name == "one byte of the document" {
					return // its page tree is packed; the next case covers it
				}
				got := Verify(tt.change(t, pdf), Options{Now: laterOn, Trust: trust})
				if got.Status != tt.want || got.Reason != tt.reason {
					t.Fatalf("got %s (%s), want %s (%s)", got.Status, got.Reason, tt.want, tt.reason)
				}
			})
		}
	}
}

func TestARangeThatLeavesRoomIsBroken(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t, "TEST CA")
	s := &Signer{Key: ca.issue(t, "A", ecKey(t), nil)}
	u, err := open(document(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	at, err := u.lodge(As{At: signedAt, Reason: "signed"}, s.room())
	if err != nil {
		t.Fatal(err)
	}
	out, offsets, err := u.bytes()
	if err != nil {
		t.Fatal(err)
	}
	// A signer that covers everything but ten bytes before its value.
	open := offsets[at.n] + bytes.Index(out[offsets[at.n]:], []byte("/Contents <")) + len("/Contents ")
	shut := open + bytes.IndexByte(out[open:], '>') + 1
	open -= 10
	ranges := fmt.Sprintf("[0 %d %d %d", open, shut, len(out)-shut)
	copy(out[bytes.Index(out, []byte(rangeRoom)):], ranges+strings.Repeat(" ", len(rangeRoom)-1-len(ranges))+"]")
	cms, err := cadesSignature([32]byte(digestOf(crypto.SHA256, out[:open], out[shut:])), s.Key, nil)
	if err != nil {
		t.Fatal(err)
	}
	hex.Encode(out[open+11:], cms)
	if got := Verify(out, Options{Now: laterOn, Trust: NewTrust(ca.cert)}); got.Status != Broken || got.Reason != ReasonRange {
		t.Fatalf("%+v", got)
	}
}

// A field that stands on a page only is shown by viewers, so it is judged.
func TestASignatureThatTheFormDoesNotKnow(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t, "TEST CA")
	s := &Signer{Key: ca.issue(t, "A", ecKey(t), nil)}
	u, err := open(document(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	at, err := u.lodge(As{At: signedAt}, s.room())
	if err != nil {
		t.Fatal(err)
	}
	root, _ := u.objects[u.v.root.n].(dict)
	delete(root, "AcroForm")
	out, offsets, err := u.bytes()
	if err != nil {
		t.Fatal(err)
	}
	if out, err = s.fill(context.Background(), out, offsets[at.n]); err != nil {
		t.Fatal(err)
	}
	o := Options{Now: laterOn, Trust: NewTrust(ca.cert)}
	if got := Verify(out, o); got.Status != Valid || len(got.Signatures) != 1 {
		t.Errorf("%+v", got)
	}
	if got := Verify(bytes.Replace(out, []byte("/Count 1"), []byte("/Count 2"), 1), o); got.Status != Broken {
		t.Errorf("altered: %+v", got)
	}
}

func TestAFilledFieldIsNamed(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t, "TEST CA")
	pdf := signed(t, &Signer{Key: ca.issue(t, "A", ecKey(t), nil)}, withForm(t, document(t, 1), true), As{})
	pdf = edited(t, pdf, func(u *update) {
		if err := u.v.fields(func(at ref, d dict, kind name) error {
			if kind == "Tx" {
				u.objects[at.n] = d.with("V", text("filled"))
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
	got := Verify(pdf, Options{Now: laterOn, Trust: NewTrust(ca.cert)})
	if got.Status != Valid || got.Signatures[0].After != AfterForm || got.Signatures[0].Whole {
		t.Fatalf("%+v", got)
	}
}

func TestAnAuthorsSealForbidsWhatItSays(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t, "TEST CA")
	for level, want := range map[string]Status{"1": Changed, "2": Valid, "3": Valid} {
		pdf := certified(t, document(t, 1), ca.issue(t, "Author", ecKey(t), nil), level)
		// Somebody else's program signs although it should not.
		u, err := newUpdate(viewOf(t, pdf))
		if err != nil {
			t.Fatal(err)
		}
		s := &Signer{Key: ca.issue(t, "A", ecKey(t), nil)}
		at, err := u.lodge(As{At: signedAt}, s.room())
		if err != nil {
			t.Fatal(err)
		}
		out, offsets, err := u.bytes()
		if err != nil {
			t.Fatal(err)
		}
		if out, err = s.fill(context.Background(), out, offsets[at.n]); err != nil {
			t.Fatal(err)
		}
		if got := Verify(out, Options{Now: laterOn, Trust: NewTrust(ca.cert)}); got.Status != want {
			t.Errorf("level %s: %+v", level, got)
		}
	}
}

func TestTheCertificateIsJudgedAtTheTimeOfSigning(t *testing.T) {
	t.Parallel()
	ca, other := newAuthority(t, "TEST CA"), newAuthority(t, "OTHER CA")
	trust := NewTrust(ca.cert)
	key := ca.issue(t, "A", ecKey(t), nil)
	over := signedAt.AddDate(1, 1, 0)
	plainKey := &Signer{Key: key}
	early := &Signer{Key: ca.issue(t, "B", ecKey(t), func(c *x509.Certificate) { c.NotBefore = signedAt.AddDate(-3, 0, 0) })}
	notYet := &Signer{Key: Key{Signer: key.Signer, Chain: key.Chain}}
	tests := []struct {
		name   string
		s      *Signer
		at     time.Time
		now    time.Time
		want   Status
		reason Reason
	}{
		{"in force then and now", plainKey, signedAt, laterOn, Valid, ""},
		{"in force then, over now, nothing proves then", plainKey, signedAt, over, Expired, ReasonOver},
		{"in force then, over now, a time stamp proves then", &Signer{Key: key, Stamper: newTSA(t, ca, signedAt)}, signedAt, over, Valid, ""},
		{"a time stamp of somebody who is not believed proves nothing", &Signer{Key: key, Stamper: newTSA(t, other, signedAt)}, signedAt, over, Expired, ReasonOver},
		{"the time stamp is from after the end", &Signer{Key: key, Stamper: newTSA(t, ca, over)}, signedAt, over.AddDate(0, 1, 0), Expired, ReasonNotInForce},
		{"a claimed time in the future does not count", early, signedAt, signedAt.AddDate(-1, -6, 0), Valid, ""},
		{"judged before the certificate began", notYet, signedAt, signedAt.AddDate(-2, 0, 0), Expired, ReasonNotInForce},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			pdf := signed(t, tt.s, document(t, 1), As{At: tt.at})
			if got := Verify(pdf, Options{Now: tt.now, Trust: trust}); got.Status != tt.want || got.Reason != tt.reason {
				t.Fatalf("got %s (%s), want %s (%s): %+v", got.Status, got.Reason, tt.want, tt.reason, got.Signatures)
			}
		})
	}
}

func TestWithdrawnCertificates(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t, "TEST CA")
	key := ca.issue(t, "A", ecKey(t), nil)
	list := func(at time.Time, serial *big.Int) []byte {
		l := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: signedAt.AddDate(0, -1, 0), NextUpdate: laterOn.AddDate(0, 1, 0)}
		l.RevokedCertificateEntries = []x509.RevocationListEntry{{SerialNumber: serial, RevocationTime: at}}
		der, err := x509.CreateRevocationList(rand.Reader, l, ca.cert, ca.key)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	serial := key.Chain[0].SerialNumber
	forged, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: signedAt, NextUpdate: laterOn}, ca.cert, ca.key)
	if err != nil {
		t.Fatal(err)
	}
	forged[len(forged)-1] ^= 1
	tests := []struct {
		name    string
		stamped bool
		crl     []byte
		want    Status
		rev     Revocation
	}{
		{"before signing", false, list(signedAt.AddDate(0, 0, -1), serial), Revoked, Withdrawn},
		{"after signing, nothing proves the time", false, list(signedAt.AddDate(0, 0, 1), serial), Revoked, Withdrawn},
		{"after signing, as a time stamp proves", true, list(signedAt.AddDate(0, 0, 1), serial), Valid, Good},
		{"somebody else's", false, list(signedAt, big.NewInt(7)), Valid, Good},
		{"a list with a wrong signature says nothing", false, forged, Valid, NotChecked},
		{"no list", false, nil, Valid, NotChecked},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := &Signer{Key: key}
			if tt.stamped {
				s.Stamper = newTSA(t, ca, signedAt)
			}
			pdf := signed(t, s, document(t, 1), As{})
			got := Verify(pdf, Options{Now: laterOn, Trust: NewTrust(ca.cert), Revocation: Lists(pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: tt.crl}))})
			if got.Status != tt.want || got.Signatures[0].Revocation != tt.rev {
				t.Fatalf("%+v", got)
			}
		})
	}
	t.Run("by an OCSP answer", func(t *testing.T) {
		t.Parallel()
		for status, want := range map[int]Revocation{ocsp.Good: Good, ocsp.Revoked: Withdrawn, ocsp.Unknown: NotChecked} {
			answer, err := ocsp.CreateResponse(ca.cert, ca.cert, ocsp.Response{Status: status, SerialNumber: serial, ThisUpdate: signedAt, NextUpdate: laterOn.AddDate(0, 1, 0), RevokedAt: signedAt}, ca.key)
			if err != nil {
				t.Fatal(err)
			}
			if got := Answered(answer, key.Chain[0], ca.cert, laterOn); got != want {
				t.Errorf("status %d: %s", status, got)
			}
		}
		if got := Answered([]byte("x"), key.Chain[0], ca.cert, laterOn); got != NotChecked {
			t.Errorf("no answer: %s", got)
		}
	})
}

// What a file carries as proof counts by the signatures on it.
func TestProofsInTheFile(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t, "TEST CA")
	key := ca.issue(t, "A", ecKey(t), nil)
	stamper := newTSA(t, ca, signedAt)
	serial := key.Chain[0].SerialNumber
	answer := func(status int) []byte {
		b, err := ocsp.CreateResponse(ca.cert, ca.cert, ocsp.Response{Status: status, SerialNumber: serial, ThisUpdate: signedAt, NextUpdate: laterOn.AddDate(0, 1, 0), RevokedAt: signedAt.Add(-time.Hour)}, ca.key)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	list, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: signedAt, NextUpdate: laterOn.AddDate(0, 1, 0)}, ca.cert, ca.key)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name  string
		proof dict
		want  Status
		rev   Revocation
	}{
		{"an answer that it is good", dict{"OCSPs": array{answer(ocsp.Good)}}, Valid, Good},
		{"an answer that it is withdrawn", dict{"OCSPs": array{answer(ocsp.Revoked)}}, Revoked, Withdrawn},
		{"a list", dict{"CRLs": array{list}}, Valid, Good},
		{"nothing that can be read", dict{"CRLs": array{[]byte("x")}, "OCSPs": array{[]byte("y")}, "Certs": array{[]byte("z")}}, Valid, NotChecked},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			pdf := signed(t, &Signer{Key: key, Stamper: stamper}, document(t, 1), As{})
			pdf = edited(t, pdf, func(u *update) {
				dss := dict{}
				for k, list := range tt.proof {
					var refs array
					for _, b := range list.(array) {
						refs = append(refs, u.add(&stream{dict{"Length": len(b.([]byte))}, b.([]byte)}))
					}
					dss[k] = refs
				}
				root, err := u.v.dict(u.v.root)
				if err != nil {
					t.Fatal(err)
				}
				u.objects[u.v.root.n] = root.with("DSS", u.add(dss))
			})
			got := Verify(pdf, Options{Now: laterOn, Trust: NewTrust(ca.cert)})
			if got.Status != tt.want || got.Signatures[0].Revocation != tt.rev || got.Signatures[0].After != AfterSignatures {
				t.Fatalf("%+v", got)
			}
		})
	}
}

// A time stamp over the document is nobody's signature; one that is not believed leaves what people signed as it is.
func TestATimeStampOverTheDocument(t *testing.T) {
	t.Parallel()
	ca, other := newAuthority(t, "TEST CA"), newAuthority(t, "OTHER CA")
	pdf := signed(t, &Signer{Key: ca.issue(t, "A", ecKey(t), nil)}, document(t, 1), As{})
	for kind, by := range map[string]*tsa{"believed": newTSA(t, ca, signedAt), "not believed": newTSA(t, other, signedAt)} {
		u, err := open(pdf)
		if err != nil {
			t.Fatal(err)
		}
		at, err := u.lodge(As{At: signedAt}, 6000)
		if err != nil {
			t.Fatal(err)
		}
		d, _ := u.objects[at.n].(dict)
		d["SubFilter"] = name("ETSI.RFC3161")
		out, offsets, err := u.bytes()
		if err != nil {
			t.Fatal(err)
		}
		open := offsets[at.n] + bytes.Index(out[offsets[at.n]:], []byte("/Contents <")) + len("/Contents ")
		shut := open + bytes.IndexByte(out[open:], '>') + 1
		ranges := fmt.Sprintf("[0 %d %d %d", open, shut, len(out)-shut)
		copy(out[bytes.Index(out, []byte(rangeRoom)):], ranges+strings.Repeat(" ", len(rangeRoom)-1-len(ranges))+"]")
		token, err := by.Stamp(context.Background(), digestOf(crypto.SHA256, out[:open], out[shut:]))
		if err != nil {
			t.Fatal(err)
		}
		hex.Encode(out[open+1:], token)
		got := Verify(out, Options{Now: laterOn, Trust: NewTrust(ca.cert)})
		if got.Status != Valid || len(got.Signatures) != 2 || !got.Signatures[1].Stamp || !got.Signatures[1].Stamped.Equal(signedAt) || got.Signatures[1].StampTrusted != (kind == "believed") {
			t.Errorf("%s: %+v", kind, got)
		}
	}
}

// Signatures of other programs: PKCS#7 with the time inside, lengths left open, an algorithm that is too old.
func TestSignaturesOfOtherPrograms(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t, "TEST CA")
	// The library reads the clock, so this certificate is in force long.
	key := ca.issue(t, "Other program", rsaKeys()[0], func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = signedAt.AddDate(-5, 0, 0), signedAt.AddDate(20, 0, 0)
	})
	foreign := func(t *testing.T, sub string, digest asn1.ObjectIdentifier, wrap func([]byte) []byte) []byte {
		t.Helper()
		u, err := open(document(t, 1))
		if err != nil {
			t.Fatal(err)
		}
		at, err := u.lodge(As{At: signedAt}, 4000)
		if err != nil {
			t.Fatal(err)
		}
		d, _ := u.objects[at.n].(dict)
		d["SubFilter"] = name(sub)
		out, offsets, err := u.bytes()
		if err != nil {
			t.Fatal(err)
		}
		open := offsets[at.n] + bytes.Index(out[offsets[at.n]:], []byte("/Contents <")) + len("/Contents ")
		shut := open + bytes.IndexByte(out[open:], '>') + 1
		ranges := fmt.Sprintf("[0 %d %d %d", open, shut, len(out)-shut)
		copy(out[bytes.Index(out, []byte(rangeRoom)):], ranges+strings.Repeat(" ", len(rangeRoom)-1-len(ranges))+"]")
		sd, err := pkcs7.NewSignedData(append(bytes.Clone(out[:open]), out[shut:]...))
		if err != nil {
			t.Fatal(err)
		}
		sd.SetDigestAlgorithm(digest)
		if err := sd.AddSigner(key.Chain[0], key.Signer, pkcs7.SignerInfoConfig{}); err != nil {
			t.Fatal(err)
		}
		sd.Detach()
		cms, err := sd.Finish()
		if err != nil {
			t.Fatal(err)
		}
		hex.Encode(out[open+1:], wrap(cms))
		return out
	}
	asIs := func(b []byte) []byte { return b }
	tests := []struct {
		name   string
		sub    string
		digest asn1.ObjectIdentifier
		wrap   func([]byte) []byte
		want   Status
		reason Reason
	}{
		{"PKCS#7 with SHA-256", "adbe.pkcs7.detached", oidSHA256, asIs, Valid, ""},
		{"PKCS#7 with SHA-512", "adbe.pkcs7.detached", oidSHA512, asIs, Valid, ""},
		{"open lengths", "adbe.pkcs7.detached", oidSHA256, openLengths, Valid, ""},
		{"SHA-1", "adbe.pkcs7.detached", oidSHA1, asIs, Unknown, ReasonAlgorithm},
		{"a way of signing that is gone", "adbe.x509.rsa_sha1", oidSHA256, asIs, Unknown, ReasonAlgorithm},
		{"no signature in its place", "adbe.pkcs7.detached", oidSHA256, func([]byte) []byte { return nil }, Broken, ReasonDigest},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			pdf := foreign(t, tt.sub, tt.digest, tt.wrap)
			if got := Verify(pdf, Options{Now: laterOn, Trust: NewTrust(ca.cert)}); got.Status != tt.want || got.Reason != tt.reason {
				t.Fatalf("%+v", got)
			}
		})
	}
}

// openLengths writes the outer elements of a message as BER does when it does not know their lengths.
func openLengths(der []byte) []byte {
	var v asn1.RawValue
	if _, err := asn1.Unmarshal(der, &v); err != nil {
		panic(err)
	}
	var body []byte
	for rest := v.Bytes; len(rest) > 0; {
		var x asn1.RawValue
		var err error
		if rest, err = asn1.Unmarshal(rest, &x); err != nil {
			panic(err)
		}
		part := x.FullBytes
		if x.IsCompound && x.Class == asn1.ClassContextSpecific {
			part = openLengths(part)
		}
		body = append(body, part...)
	}
	return append(append([]byte{der[0], 0x80}, body...), 0, 0)
}

func TestAResultIsPlainData(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t, "TEST CA")
	pdf := signed(t, &Signer{Key: ca.issue(t, "A", ecKey(t), nil)}, document(t, 1), As{})
	got := Verify(pdf, Options{Now: laterOn, Trust: NewTrust(ca.cert)})
	text, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	var back Result
	if err := json.Unmarshal(text, &back); err != nil || back.Status != Valid || back.Signatures[0].Signer != "A" {
		t.Fatal(back, err)
	}
	if strings.Contains(string(text), "stamped") {
		t.Errorf("what is not known is left out: %s", text)
	}
	if r := Verify(document(t, 1), Options{}); r.Status != None || r.Signatures != nil {
		t.Errorf("no signature: %+v", r)
	}
}

func TestAuthoritiesFromAFolder(t *testing.T) {
	t.Parallel()
	a, b := newAuthority(t, "A"), newAuthority(t, "B")
	asPEM := func(x *authority) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: x.cert.Raw})
	}
	trust, err := ReadTrust(fstest.MapFS{"a.pem": {Data: asPEM(a)}, "b.cer": {Data: b.cert.Raw}, "readme.txt": {Data: []byte("no certificate")}})
	if err != nil || trust.n != 2 {
		t.Fatal(trust, err)
	}
	if _, err := ReadTrust(fstest.MapFS{"a.pem": {Data: []byte("nothing")}}); err == nil {
		t.Error("a file without certificate must be told")
	}
	if none, err := ReadTrust(fstest.MapFS{}); err != nil || !none.empty() {
		t.Error("an empty folder believes nobody")
	}
}

func TestReadDate(t *testing.T) {
	t.Parallel()
	utc := func(y, m, d, h, mi, s int) time.Time { return time.Date(y, time.Month(m), d, h, mi, s, 0, time.UTC) }
	tests := []struct {
		text string
		want time.Time
	}{
		{"D:20260424093005+07'00'", utc(2026, 4, 24, 2, 30, 5)},
		{"D:20260424093005+07'00", utc(2026, 4, 24, 2, 30, 5)},
		{"D:20260424093005Z", utc(2026, 4, 24, 9, 30, 5)},
		{"D:20260424093005-03'30'", utc(2026, 4, 24, 13, 0, 5)},
		{"20260424", utc(2026, 4, 24, 0, 0, 0)},
		{"D:2026", utc(2026, 1, 1, 0, 0, 0)},
		{"D:20261301", time.Time{}},
		{"today", time.Time{}},
		{"", time.Time{}},
		{pdfDate(signedAt), signedAt.UTC()},
	}
	for _, tt := range tests {
		if got := readDate(tt.text); !got.Equal(tt.want) {
			t.Errorf("%q is %v, want %v", tt.text, got, tt.want)
		}
	}
}

// laid is a PDF out of bodies of objects, from number 1 on, with a true table.
func laid(bodies []string) []byte {
	var b, table strings.Builder
	b.WriteString("%PDF-1.7\n%/ByteRange\n")
	for i, body := range bodies {
		off := b.Len()
		fmt.Fprintf(&b, "%d 0 obj ", i+1)
		b.WriteString(body)
		fmt.Fprintf(&table, "%010d 00000 n\r\n", off)
	}
	start := b.Len()
	fmt.Fprintf(&b, "\nxref\n0 %d\n0000000000 65535 f\r\n%strailer\n<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n", len(bodies)+1, table.String(), len(bodies)+1, start+1)
	return []byte(b.String())
}

// hostile are files that ask for much.
func hostile(t testing.TB) map[string][]byte {
	t.Helper()
	head := "%PDF-1.7\n%/ByteRange\n"
	end := func(body, trailer string) []byte {
		return fmt.Appendf(nil, "%s%sxref\n0 1\n0000000000 65535 f\r\ntrailer\n%s\nstartxref\n%d\n%%%%EOF\n", head, body, trailer, len(head)+len(body))
	}
	bomb, err := flate(dict{"Type": name("XRef"), "W": array{1, 4, 2}, "Size": 8_000_000, "Root": ref{1, 0}}, make([]byte, 60<<20))
	if err != nil {
		t.Fatal(err)
	}
	bombed := append([]byte(head), "5 0 obj\n"...)
	bombed = append(write(bombed, bomb), "\nendobj\nstartxref\n21\n%%EOF\n"...)
	catalog := func(n int) string {
		var list strings.Builder
		for i := range n {
			fmt.Fprintf(&list, "%d 0 R ", i+2)
		}
		return "<</Type/Catalog/AcroForm<</Fields[" + list.String() + "]>>>>endobj\n"
	}
	strings9, streams, sigs := []string{catalog(9000)}, []string{catalog(9000)}, []string{catalog(9000)}
	for range 9000 {
		strings9 = append(strings9, "(") // each goes on to the end
		streams = append(streams, "<</Length 5>>stream\n")
		sigs = append(sigs, "<</FT/Sig/V<</Type/Sig/ByteRange[0 1 2 3]/Contents<00>>>>>endobj\n")
	}
	strings9[9000] += strings.Repeat("x", 20<<20) + strings.Repeat(")", 9000) + "endobj\n"
	streams[9000] += strings.Repeat("x", 20<<20) + "endstream endobj\n"
	// Object streams of 15 MB, with one field in each.
	packs := []byte(head)
	rows := []byte{0, 0, 0, 0, 0, 0, 0}
	row := func(kind byte, at, index int) {
		rows = append(binary.BigEndian.AppendUint32(append(rows, kind), uint32(at)), byte(index>>8), byte(index))
	}
	var list strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&list, "%d 0 R ", 2002+i)
	}
	row(1, len(packs), 0)
	packs = append(packs, "1 0 obj <</Type/Catalog/AcroForm<</Fields["+list.String()+"]>>>>endobj\n"...)
	for i := range 2000 {
		st, err := flate(dict{"Type": name("ObjStm"), "N": 1, "First": 8}, append(fmt.Appendf(nil, "%d 0  <</FT/Tx>>", 2002+i), make([]byte, 15<<20)...)[:15<<20])
		if err != nil {
			t.Fatal(err)
		}
		row(1, len(packs), 0)
		packs = append(write(fmt.Appendf(packs, "%d 0 obj ", 2+i), st), " endobj\n"...)
		if i == 20 { // packing them all would take the test longer than reading them
			for ; i < 1999; i++ {
				row(1, len(packs)-1, 0)
			}
			break
		}
	}
	for i := range 2000 {
		row(2, 2+i, 0)
	}
	start := len(packs)
	row(1, start, 0)
	table, err := flate(dict{"Type": name("XRef"), "W": array{1, 4, 2}, "Size": 4003, "Root": ref{1, 0}}, rows)
	if err != nil {
		t.Fatal(err)
	}
	packs = append(write(fmt.Appendf(packs, "4002 0 obj "), table), fmt.Sprintf(" endobj\nstartxref\n%d\n%%%%EOF\n", start)...)
	return map[string][]byte{
		"arrays in arrays":            end("", "<</Root 1 0 R/X "+strings.Repeat("[", 200_000)+">>"),
		"a table that follows itself": end("", fmt.Sprintf("<</Root 1 0 R/Prev %d>>", len(head))),
		"a table of millions":         []byte(head + "xref\n0 8000000\n" + strings.Repeat("0000000000 65535 f\r\n", 1_200_000) + "startxref\n21\n%%EOF\n"),
		"a bomb":                      bombed,
		"strings in strings":          laid(strings9),
		"streams without end":         laid(streams),
		"signatures by the thousand":  laid(sigs),
		"packed objects":              packs,
		"numbers without end":         laid([]string{"<</Type/Catalog/AcroForm<</Fields[" + strings.Repeat("0 ", 8<<20) + "]>>>>endobj\n"}),
	}
}

func TestHostileFilesAreAnsweredInTime(t *testing.T) { // alone: it measures what is allocated
	for name, pdf := range hostile(t) {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			began := time.Now()
			r := Verify(pdf, Options{Now: laterOn})
			took := time.Since(began)
			runtime.ReadMemStats(&after)
			t.Logf("%d MB: %s %s in %s, %d MB allocated in all", len(pdf)>>20, r.Status, r.Reason, took.Round(time.Millisecond), (after.TotalAlloc-before.TotalAlloc)>>20)
			if r.Status == Valid || r.Status == ValidUntrusted {
				t.Errorf("%+v", r)
			}
			if took > 10*time.Second { // seconds on a busy machine; without bounds it would be hours
				t.Errorf("answered after %s", took)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > allocated<<20 {
				t.Errorf("%d MB allocated", used>>20)
			}
		})
	}
}

func FuzzVerify(f *testing.F) {
	ca := newAuthority(f, "TEST CA")
	trust := NewTrust(ca.cert)
	s := &Signer{Key: ca.issue(f, "A", ecKey(f), nil)}
	one := signed(f, s, document(f, 1), As{}) // small seeds: a mark carries a font
	f.Add(one)
	f.Add(signed(f, s, one, As{}))
	f.Add(signed(f, s, packed(f, document(f, 1)), As{}))
	f.Fuzz(func(t *testing.T, pdf []byte) {
		got := Verify(pdf, Options{Now: laterOn, Trust: trust})
		// Nobody outside the key's owner makes a signature that holds over bytes that were never signed.
		if got.Status == Valid && !bytes.HasPrefix(pdf, one[:1000]) && !bytes.Contains(pdf, []byte("/ObjStm")) {
			t.Fatalf("valid: %+v", got)
		}
	})
}

func FuzzObject(f *testing.F) {
	for _, s := range []string{"<</A[1 2 0 R(x\\)\\101)<4142>]/B#20C true/N null>>", "[-1.5 +3 .5 4.]", "(((", "<<", "/", "1 0 R", "%c\n7"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		nodes := 10_000
		r := &reader{b: b, nodes: &nodes}
		o, err := r.object(0)
		if err != nil {
			return
		}
		// What was written is read as what it was.
		again := write(nil, o)
		nodes = 10_000
		back, err := (&reader{b: again, nodes: &nodes}).object(0)
		if err != nil || !same(o, back) {
			t.Fatalf("%q is written as %q and read as %q (%v)", b, again, write(nil, back), err)
		}
	})
}
