package pack

import "fmt"

// In says the problem in a language: "vi" or "en". What has no Vietnamese words is said as Reason has it.
func (p Problem) In(lang string) string {
	if lang != "en" && p.vi != "" {
		return p.vi
	}
	return p.Reason
}

// said makes a problem from its English form and its values.
func said(file string, line int, format string, args ...any) Problem {
	p := Problem{File: file, Line: line, Reason: fmt.Sprintf(format, args...)}
	if vi, ok := vietnamese[format]; ok {
		p.vi = fmt.Sprintf(vi, args...)
	}
	return p
}

// vietnamese are the forms of problems; their values stand in the same order, or name their place.
var vietnamese = map[string]string{
	"id %q must be small letters, digits and hyphens": "mã %q phải gồm chữ thường, số và dấu gạch nối",
	"title is missing":   "thiếu tên",
	"version is missing": "thiếu phiên bản",
	"province code %q must be a letter and two digits, such as H99":                        "mã tỉnh %q phải gồm một chữ cái và hai chữ số, ví dụ H99",
	"the province has no name":                                                             "tỉnh chưa có tên",
	"the province has no id":                                                               "tỉnh chưa có mã",
	"general form %q does not exist in forms/":                                             "không có biểu mẫu chung %q",
	"general process %q does not exist in processes/":                                      "không có quy trình chung %q",
	"office hours %q do not exist in hours.yaml":                                           "không có giờ làm việc %q",
	"%q is not a day of the form yyyy-mm-dd":                                               "%q không phải ngày dạng năm-tháng-ngày (yyyy-mm-dd)",
	"ends on %s, before it begins on %s":                                                   "kết thúc ngày %s, trước khi bắt đầu ngày %s",
	"agency id %q must be small letters, digits and hyphens":                               "mã cơ quan %q phải gồm chữ thường, số và dấu gạch nối",
	"agency %s has no name":                                                                "cơ quan %s chưa có tên",
	"agency code %q must look like H99.05, at most 35 characters":                          "mã định danh cơ quan %q phải có dạng H99.05, tối đa 35 ký tự",
	"kind %q of agency %s is unknown":                                                      "không có loại %q của cơ quan %s",
	"level %q of agency %s is unknown":                                                     "không có cấp %q của cơ quan %s",
	"agency %s is declared twice for the same days (also at line %d)":                      "cơ quan %s khai hai lần cho cùng một thời gian (dòng %d)",
	"code %s belongs to %s already":                                                        "mã %s đã thuộc về %s",
	"place %s is governed by %s already":                                                   "địa bàn %s đã do %s quản lý",
	"agency %q, named by %s, does not exist":                                               "không có cơ quan %q mà %s nêu",
	"agency %s stands above itself":                                                        "cơ quan %s là cấp trên của chính mình",
	"agency %s ends on %s and names no successor":                                          "cơ quan %s kết thúc ngày %s mà không nêu cơ quan kế thừa",
	"people's committee %s needs the five digits of its commune as place":                  "Ủy ban nhân dân %s cần mã địa bàn gồm năm chữ số",
	"unit id %q must be small letters, digits and hyphens":                                 "mã đơn vị %q phải gồm chữ thường, số và dấu gạch nối",
	"unit %s is declared twice in %s":                                                      "đơn vị %s khai hai lần trong %s",
	"unit %s has no name":                                                                  "đơn vị %s chưa có tên",
	"post id %q must be small letters, digits and hyphens":                                 "mã vị trí %q phải gồm chữ thường, số và dấu gạch nối",
	"post %s is declared twice for the same days":                                          "vị trí %s khai hai lần cho cùng một thời gian",
	"agency %q of post %s does not exist":                                                  "không có cơ quan %q của vị trí %s",
	"agency %s has no unit %q":                                                             "cơ quan %s không có đơn vị %q",
	"post %s has no title":                                                                 "vị trí %s chưa có tên",
	"post %s carries no role":                                                              "vị trí %s chưa có vai trò",
	"role %q is unknown":                                                                   "không có vai trò %q",
	"role %s has no rights in rights.yaml":                                                 "vai trò %s chưa được giao quyền nào",
	"person id %q is declared twice or not of small letters, digits and hyphens":           "mã người %q khai hai lần hoặc sai dạng",
	"person %s has no name":                                                                "người %s chưa có tên",
	"sign-in %q of %s is missing or taken":                                                 "tên đăng nhập %q của %s thiếu hoặc đã có người dùng",
	"post %q does not exist":                                                               "không có vị trí %q",
	"person %s holds no post and is no citizen":                                            "người %s không giữ vị trí nào và không phải người dân",
	"personal number %q is not one of 12 digits":                                           "số định danh %q không gồm 12 chữ số",
	"hours id %q must be small letters, digits and hyphens":                                "mã giờ làm việc %q phải gồm chữ thường, số và dấu gạch nối",
	"hours %s cannot be read: %s":                                                          "không đọc được giờ làm việc %s: %s",
	"due_time and after of hours %s cannot be read (session_end or same_clock; hh:mm): %s": "không đọc được due_time và after của giờ làm việc %s (session_end hoặc same_clock; hh:mm): %s",
	"hours %s are declared twice for the same days":                                        "giờ làm việc %s khai hai lần cho cùng một thời gian",
	"hours %s stand for a season only; declare them for the rest of the year too":          "giờ làm việc %s chỉ có cho một mùa; khai cả cho phần còn lại của năm",
	"no office hours are declared":                                                         "chưa khai giờ làm việc nào",
	"permission %q is unknown":                                                             "không có quyền %q",
	"agency %q does not exist":                                                             "không có cơ quan %q",
	"only the last rule, and it always, has no condition":                                  "quy tắc cuối cùng, và chỉ quy tắc cuối cùng, không có điều kiện",
	"level %q is unknown":                                                                  "không có cấp %q",
	"no rule says who resolves a procedure that names nobody":                              "chưa có quy tắc cho thủ tục không nêu cơ quan giải quyết",
	"a rule with a condition names an agency, not the commune of the applicant":            "quy tắc có điều kiện phải nêu một cơ quan, không phải xã nơi người nộp cư trú",
	"%s: %s":               "%s: %s",
	"for procedure %s: %s": "với thủ tục %s: %s",
	"for procedure %s the condition %q is %s so":                                "với thủ tục %s, điều kiện %q luôn có một kết quả (%s)",
	"a fee of procedure %s is paid online, and %s has no account to receive it": "thủ tục %s thu phí trực tuyến mà %s chưa có tài khoản nhận",
	"form %s: section %s is never shown: its conditions contradict each other":  "biểu mẫu %s: phần %s không bao giờ hiện, vì các điều kiện trái nhau",
	"form %s: field %s is never asked: its conditions contradict each other":    "biểu mẫu %s: câu %s không bao giờ được hỏi, vì các điều kiện trái nhau",
	"form %s: %s":                            "biểu mẫu %s: %s",
	"code %q must be of the form 1.001234":   "mã thủ tục %q phải có dạng 1.001234",
	"procedure %s needs a name and a sector": "thủ tục %s cần tên và lĩnh vực",
	"procedure %s states its end; retire it instead, so that the day is recorded": "thủ tục %s tự nêu ngày hết hiệu lực; hãy bãi bỏ thủ tục để ngày đó được ghi nhận",
	"form %q does not exist in forms/":                                            "không có biểu mẫu %q",
	"process %q does not exist in processes/":                                     "không có quy trình %q",
	"online %q must be full, partial or none":                                     "mức trực tuyến %q phải là full, partial hoặc none",
	"procedure %s has no channel":                                                 "thủ tục %s chưa có cách thức thực hiện",
	"channel %q must be direct, online or post":                                   "cách thức %q phải là direct, online hoặc post",
	"limit %q is not understood (8wh, 5wd, 15d, 1m, same-visit)":                  "không hiểu thời hạn %q (8wh, 5wd, 15d, 1m, same-visit)",
	"a fee states a known amount, or the words of the source":                     "khoản thu phải nêu mức thu, hoặc nguyên văn của nguồn",
	"component %q of %s needs a name and an id of its own":                        "giấy tờ %q của %s cần tên và mã riêng",
	"pause %q of %s needs an id of its own, a name and the clause that allows it": "trường hợp tạm dừng %q của %s cần mã riêng, tên và điều khoản cho phép",
	"nobody resolves procedure %s":                                                "không có cơ quan nào giải quyết thủ tục %s",
	"stands over the pack %q: it is read by its folder":                           "đặt trên gói %q: phải đọc theo thư mục",
	"cannot be read: %s":                                                          "không đọc được: %s",
	"larger than %d bytes":                                                        "lớn hơn %d byte",
	"not UTF-8 text":                                                              "không phải văn bản UTF-8",
	"must hold one YAML document, holds %d":                                       "phải có đúng một tài liệu YAML, đang có %d",
	"anchors and aliases are not used in packs":                                   "không dùng neo và bí danh YAML trong gói cấu hình",
	"must be a list":                                                              "phải là một danh sách",
	"is named %q but declares %q (codes are text: write them in quotes)":          "tệp tên %q nhưng khai mã %q (mã là chữ: viết trong dấu nháy)",
	"more than %d files":                                                          "nhiều hơn %d tệp",
	"is not a .yaml file":                                                         "không phải tệp .yaml",
	"schema cannot be written as JSON: %s":                                        "không ghi được schema thành JSON: %s",
	"is not part of a pack (known: %s)":                                           "không thuộc gói cấu hình (chỉ gồm: %s)",
	"base %q is no folder":                                                        "gói nền %q không phải thư mục",
	"%q, left out, does not stand in the base":                                    "%q bị bỏ ra nhưng không có trong gói nền",
}
