//! What the names of columns mean.

/// What a column holds, by its name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum Role {
    FullName,
    Surname,
    MiddleName,
    /// Surname and middle name together (`Họ đệm`).
    SurnameMiddle,
    GivenName,
    BirthDate,
    BirthYear,
    Day,
    Month,
    Year,
    PersonalNumber,
    OldId,
    /// An identity paper, of which kind is not said.
    AnyId,
    Sex,
    CommuneCode,
    Commune,
    District,
    ProvinceCode,
    Province,
    /// The address at which somebody is registered.
    HomeAddress,
    /// Any other address of the person.
    Address,
    FatherName,
    MotherName,
    /// Number of social or health insurance: known, and of no use here.
    Insurance,
    /// Something else that columns hold, which could be mistaken for one of the above.
    Other,
}

/// How a name was understood.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Understood {
    pub(super) role: Role,
    /// Whether it is a usual name of such a column, rather than one that has its words.
    pub(super) exact: bool,
}

/// Usual names, folded, without spaces and signs.
const NAMES: &[(Role, &[&str])] = &[
    (
        Role::FullName,
        &[
            "hovaten",
            "hoten",
            "hovachudemvaten",
            "hochudemten",
            "hochudemvaten",
            "hotenkhaisinh",
            "hovatenkhaisinh",
            "tenkhachhang",
            "tenkh",
            "hotenkh",
            "tennguoithamgia",
            "tendoituong",
            "tenbenhnhan",
            "tenhocsinh",
            "tennguoilaodong",
            "hotennguoilaodong",
            "tencongdan",
            "tenchuthe",
            "fullname",
            "name",
            "customername",
            "personname",
            "patientname",
            "hotendaydu",
            "tendaydu",
            "hvt",
            "hovatencongdan",
            "hotencongdan",
        ],
    ),
    (Role::Surname, &["ho", "surname", "lastname", "familyname"]),
    (Role::MiddleName, &["chudem", "tendem", "dem", "tenlot", "chulot", "lot", "middlename"]),
    (
        Role::SurnameMiddle,
        &["hodem", "hovachudem", "hochudem", "holot", "hovatendem", "hotendem", "hovadem", "hovatenlot"],
    ),
    (Role::GivenName, &["ten", "givenname", "firstname", "tengoi"]),
    (
        Role::BirthDate,
        &[
            "ngaysinh",
            "ngaythangnamsinh",
            "ngaythangsinh",
            "sinhngay",
            "ntns",
            "ngsinh",
            "ngaysn",
            "ns",
            "dob",
            "dateofbirth",
            "birthdate",
            "birthday",
            "birth",
            "dateofbirthday",
            "ngaynamsinh",
            "ngaygiosinh",
        ],
    ),
    (Role::BirthYear, &["namsinh", "yearofbirth", "birthyear", "yob", "nsinh"]),
    (Role::Day, &["ngay", "day", "birthday1", "dayofbirth", "birthdd"]),
    (Role::Month, &["thang", "thangsinh", "month", "birthmonth", "monthofbirth"]),
    (Role::Year, &["nam", "year"]),
    (
        Role::PersonalNumber,
        &[
            "cccd",
            "socccd",
            "socancuoc",
            "socancuoccongdan",
            "cancuoccongdan",
            "cancuoc",
            "sodinhdanh",
            "sodinhdanhcanhan",
            "madinhdanh",
            "madinhdanhcanhan",
            "dinhdanh",
            "dinhdanhcanhan",
            "soddcn",
            "ddcn",
            "sdd",
            "sddcn",
            "personalnumber",
            "personalid",
            "personalidentificationnumber",
            "citizenid",
            "nationalid",
            "nationalidnumber",
            "nin",
            "pin",
            "cmndcccd",
            "cccdcmnd",
            "socmndcccd",
            "socccdcmnd",
            "cmtcccd",
            "cccdcmt",
            "socmtcccd",
            "thecancuoc",
            "sothecancuoc",
            "mathecccd",
            "macccd",
            "masodinhdanh",
            "masodinhdanhcanhan",
        ],
    ),
    (
        Role::OldId,
        &[
            "cmnd",
            "socmnd",
            "cmt",
            "socmt",
            "cmtnd",
            "socmtnd",
            "chungminhnhandan",
            "sochungminhnhandan",
            "chungminhthu",
            "sochungminhthu",
            "sochungminh",
            "oldid",
            "oldidnumber",
            "cmndcu",
            "socmndcu",
            "socmndcucmt",
            "giaycmnd",
            "idcard9",
        ],
    ),
    (
        Role::AnyId,
        &[
            "id",
            "idno",
            "idnumber",
            "idcard",
            "idcardno",
            "idcardnumber",
            "identitynumber",
            "identityno",
            "sogiayto",
            "sogiaytotuythan",
            "giaytotuythan",
            "sogttt",
            "gttt",
            "identification",
            "identitycard",
        ],
    ),
    (Role::Sex, &["gioitinh", "gioi", "gt", "phai", "namnu", "sex", "gender", "gtinh"]),
    (
        Role::CommuneCode,
        &[
            "maxa",
            "maphuong",
            "maphuongxa",
            "maxaphuong",
            "maxaphuongthitran",
            "communecode",
            "wardcode",
            "madvhcxa",
            "maxatt",
        ],
    ),
    (
        Role::Commune,
        &[
            "xa",
            "phuong",
            "xaphuong",
            "phuongxa",
            "xaphuongthitran",
            "phuongxathitran",
            "xaphuongtt",
            "phuongxatt",
            "tenxa",
            "tenphuong",
            "tenxaphuong",
            "tenphuongxa",
            "commune",
            "ward",
            "xaphuongdackhu",
            "xap",
            "px",
        ],
    ),
    (
        Role::District,
        &[
            "huyen",
            "quan",
            "quanhuyen",
            "huyenquan",
            "huyenquanthixa",
            "quanhuyenthixa",
            "tenhuyen",
            "tenquanhuyen",
            "district",
            "huyenthixa",
        ],
    ),
    (Role::ProvinceCode, &["matinh", "matinhthanh", "matinhthanhpho", "matinhtp", "provincecode", "mathanhpho"]),
    (
        Role::Province,
        &[
            "tinh",
            "thanhpho",
            "tinhthanh",
            "tinhthanhpho",
            "tinhtp",
            "tentinh",
            "tentinhthanh",
            "tinhtptructhuoctw",
            "province",
            "city",
        ],
    ),
    (
        Role::HomeAddress,
        &[
            "hokhau",
            "hokhauthuongtru",
            "hktt",
            "thuongtru",
            "noithuongtru",
            "diachithuongtru",
            "dkhktt",
            "noidkhktt",
            "noidangkyhokhau",
            "noidangkythuongtru",
            "diachihokhau",
            "noidktt",
            "permanentaddress",
            "dctt",
        ],
    ),
    (
        Role::Address,
        &[
            "diachi",
            "dchi",
            "noio",
            "choo",
            "noiohientai",
            "choohientai",
            "diachihientai",
            "diachilienhe",
            "tamtru",
            "noitamtru",
            "noicutru",
            "cutru",
            "address",
            "residence",
            "currentaddress",
            "diachicutru",
            "diachinoio",
            "dc",
        ],
    ),
    (
        Role::FatherName,
        &[
            "cha",
            "bo",
            "hotencha",
            "hotenbo",
            "hovatencha",
            "hovatenbo",
            "tencha",
            "tenbo",
            "father",
            "fathername",
            "fathersname",
            "nguoicha",
            "fatherfullname",
        ],
    ),
    (
        Role::MotherName,
        &["me", "hotenme", "hovatenme", "tenme", "mother", "mothername", "mothersname", "nguoime", "motherfullname"],
    ),
    (
        Role::Insurance,
        &[
            "bhxh",
            "bhyt",
            "sobhxh",
            "masobhxh",
            "mabhxh",
            "sothebhyt",
            "mathebhyt",
            "bhytso",
            "sosobhxh",
            "masobaohiemxahoi",
            "insuranceno",
            "insurancenumber",
            "mathe",
            "sothe",
        ],
    ),
    (
        Role::Other,
        &[
            "stt",
            "sott",
            "tt",
            "no",
            "sothutu",
            "ghichu",
            "note",
            "notes",
            "dantoc",
            "tongiao",
            "quoctich",
            "sdt",
            "dienthoai",
            "phone",
            "email",
            "mst",
            "masothue",
            "quequan",
            "nguyenquan",
            "noisinh",
            "tuoi",
            "age",
        ],
    ),
];

/// What a name means; none where nothing is known of it.
pub(super) fn understand(header: &str) -> Option<Understood> {
    let folded = kernel::text::fold(header);
    let compact: String = folded.chars().filter(|c| c.is_alphanumeric()).collect();
    if let Some(role) = named(&compact) {
        return Some(Understood { role, exact: true });
    }
    // Without what stands in brackets, and without a number in front: `3. Ngày sinh (dd/mm/yyyy)`.
    let bare = without_brackets(&folded);
    let bare = bare.trim_start_matches(|c: char| !c.is_alphabetic());
    let compact: String = bare.chars().filter(|c| c.is_alphanumeric()).collect();
    if let Some(role) = named(&compact) {
        return Some(Understood { role, exact: true });
    }
    let words: Vec<&str> = bare.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    by_words(&words).map(|role| Understood { role, exact: false })
}

fn named(compact: &str) -> Option<Role> {
    NAMES.iter().find(|(_, names)| names.contains(&compact)).map(|(role, _)| *role)
}

fn without_brackets(text: &str) -> String {
    let mut depth = 0_u32;
    text.chars()
        .filter(|c| match c {
            '(' | '[' => {
                depth += 1;
                false
            }
            ')' | ']' => {
                depth = depth.saturating_sub(1);
                false
            }
            _ => depth == 0,
        })
        .collect()
}

/// A name as its words, to ask for phrases.
struct Phrases(String);

impl Phrases {
    fn new(words: &[&str]) -> Self {
        let mut text = format!(" {} ", words.join(" "));
        // Words with `sinh` that have nothing to do with a birth date.
        for phrase in [" khai sinh ", " hoc sinh ", " sinh vien "] {
            text = text.replace(phrase, " ");
        }
        Self(text)
    }

    /// Whether it holds one of them, as whole words.
    fn has(&self, phrases: &str) -> bool {
        phrases.split(", ").any(|phrase| self.0.contains(&format!(" {phrase} ")))
    }
}

/// What could be mistaken for something of the person.
const OTHER: &str = "ngay cap, noi cap, cap ngay, het han, issue, issued, expiry, noi sinh, place of birth, birth place, \
                     birthplace, birth commune, que quan, nguyen quan, dien thoai, dtdd, phone, mobile, email";
/// Whose it is, where it is somebody else's or an office's.
const SOMEBODY_ELSE: &str = "vo, chong, vo chong, spouse, con, chu ho, nguoi giam ho, dai dien, nguoi lap, nguoi khai, \
                             nguoi nhap, can bo, cong ty, don vi, co quan, doanh nghiep, to chuc, dang nhap, \
                             ngan hang, tai khoan, household, relation, user";

/// By the words in a longer name. What could be mistaken comes first.
fn by_words(words: &[&str]) -> Option<Role> {
    let name = Phrases::new(words);
    if name.has(OTHER) {
        return Some(Role::Other);
    }
    if let Some(role) = parent(&name) {
        return Some(role);
    }
    if name.has(SOMEBODY_ELSE) {
        return Some(Role::Other);
    }
    paper(&name).or_else(|| person(&name)).or_else(|| place(&name))
}

fn parent(name: &Phrases) -> Option<Role> {
    let father = name.has("cha, bo, father, fathers, than phu") && !name.has("can bo, bo phan, toan bo, noi bo");
    let mother = name.has("me, mother, mothers, than mau");
    if !father && !mother {
        return None;
    }
    let called = name.has("ho ten, ho va ten, ten, name, fullname, ho chu dem");
    let other = name.has("sinh, dob, birth, dia chi, thuong tru, noi o, address, nghe nghiep, dan toc, quoc tich");
    let number = name.has("cccd, can cuoc, dinh danh, ddcn, cmnd, cmt, cmtnd, giay to, number, so, ma, id, no, code");
    Some(match (father, mother) {
        (true, false) if !other && (called || !number) => Role::FatherName,
        (false, true) if !other && (called || !number) => Role::MotherName,
        _ => Role::Other,
    })
}

fn paper(name: &Phrases) -> Option<Role> {
    let new = name.has("cccd, can cuoc, dinh danh, ddcn, personal number, citizen, national id");
    let old = name.has("cmnd, cmt, cmtnd, chung minh, old id");
    match (new, old) {
        (true, _) => Some(Role::PersonalNumber),
        (false, true) => Some(Role::OldId),
        _ => name.has("giay to, id card, identity, id number, id no").then_some(Role::AnyId),
    }
}

fn person(name: &Phrases) -> Option<Role> {
    if name.has("sinh, dob, birth, born") {
        let day = name.has("ngay, thang nam sinh, date, day, month");
        let year = name.has("nam sinh, year, birth year");
        return Some(if year && !day { Role::BirthYear } else { Role::BirthDate });
    }
    if name.has("gioi tinh, sex, gender") {
        return Some(Role::Sex);
    }
    let place = name.has("dia chi, thuong tru, noi o, cho o, ho khau, address");
    if !place && name.has("ho ten, ho va ten, full name, customer name, ho chu dem, ten khach hang, ten nguoi") {
        return Some(Role::FullName);
    }
    name.has("bhxh, bhyt, bao hiem, insurance").then_some(Role::Insurance)
}

fn place(name: &Phrases) -> Option<Role> {
    let code = name.has("ma, code");
    let or_code = |with: Role, without: Role| Some(if code { with } else { without });
    let unit = name.has("xa, phuong, huyen, quan, tinh, thanh pho");
    if name.has("thuong tru, ho khau, hktt, permanent") && !unit {
        return Some(Role::HomeAddress);
    }
    if name.has("dia chi, noi o, cho o, address, cu tru") && !code {
        return Some(Role::Address);
    }
    if name.has("xa, phuong, thi tran, commune, ward") {
        return or_code(Role::CommuneCode, Role::Commune);
    }
    if name.has("huyen, quan, district") {
        return or_code(Role::Other, Role::District);
    }
    if name.has("tinh, thanh pho, tp, province") {
        return or_code(Role::ProvinceCode, Role::Province);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_names_are_understood() {
        for (header, role) in [
            ("Họ và tên", Role::FullName),
            ("HỌ TÊN", Role::FullName),
            ("ho_ten", Role::FullName),
            ("HoVaTen", Role::FullName),
            ("Họ, chữ đệm và tên", Role::FullName),
            ("Họ, chữ đệm, tên khai sinh", Role::FullName),
            ("Tên khách hàng", Role::FullName),
            ("full_name", Role::FullName),
            ("Họ và tên người tham gia BHYT", Role::FullName),
            ("Họ", Role::Surname),
            ("Chữ đệm", Role::MiddleName),
            ("Họ đệm", Role::SurnameMiddle),
            ("Họ và tên đệm", Role::SurnameMiddle),
            ("Tên", Role::GivenName),
            ("Ngày sinh", Role::BirthDate),
            ("Ngày, tháng, năm sinh", Role::BirthDate),
            ("3. Ngày sinh (dd/mm/yyyy)", Role::BirthDate),
            ("N.Sinh", Role::BirthYear),
            ("Năm sinh", Role::BirthYear),
            ("DOB", Role::BirthDate),
            ("Date of birth", Role::BirthDate),
            ("Ngày tháng năm sinh của học sinh", Role::BirthDate),
            ("Năm", Role::Year),
            ("CMND", Role::OldId),
            ("Số CMND/CCCD", Role::PersonalNumber),
            ("Số CMND / Thẻ căn cước", Role::PersonalNumber),
            ("CCCD", Role::PersonalNumber),
            ("Số ĐDCN", Role::PersonalNumber),
            ("ma_dinh_danh", Role::PersonalNumber),
            ("Số định danh cá nhân", Role::PersonalNumber),
            ("personal number", Role::PersonalNumber),
            ("old id", Role::OldId),
            ("Số giấy tờ tùy thân", Role::AnyId),
            ("Giới tính", Role::Sex),
            ("Phái", Role::Sex),
            ("Nam/Nữ", Role::Sex),
            ("Gender", Role::Sex),
            ("Địa chỉ", Role::Address),
            ("Hộ khẩu thường trú", Role::HomeAddress),
            ("Nơi đăng ký HKTT", Role::HomeAddress),
            ("Nơi ở hiện tại", Role::Address),
            ("Xã/phường", Role::Commune),
            ("Phường/xã/thị trấn", Role::Commune),
            ("Mã xã", Role::CommuneCode),
            ("Tỉnh/thành phố", Role::Province),
            ("Tỉnh/TP", Role::Province),
            ("Mã tỉnh", Role::ProvinceCode),
            ("Quận/Huyện", Role::District),
            ("Họ tên cha", Role::FatherName),
            ("Họ và tên bố", Role::FatherName),
            ("Họ, chữ đệm, tên cha", Role::FatherName),
            ("Họ và tên mẹ đẻ", Role::MotherName),
            ("mother_name", Role::MotherName),
            ("Mã số BHXH", Role::Insurance),
            ("Số thẻ BHYT", Role::Insurance),
            ("STT", Role::Other),
            ("Ngày cấp CCCD", Role::Other),
            ("Nơi cấp CMND", Role::Other),
            ("Nơi sinh", Role::Other),
            ("Năm sinh cha", Role::Other),
            ("Số CCCD mẹ", Role::Other),
            ("father_number", Role::Other),
            ("spouse_number", Role::Other),
            ("birth_commune", Role::Other),
            ("Họ tên vợ/chồng", Role::Other),
            ("Tên công ty", Role::Other),
            ("Họ tên chủ hộ", Role::Other),
        ] {
            assert_eq!(understand(header).map(|understood| understood.role), Some(role), "{header}");
        }
    }

    #[test]
    fn what_nobody_calls_a_column_is_not_understood() {
        for header in ["", "#3", "rec_id", "Nguyễn Văn An", "123", "1/2/1990", "Lương", "marital_status"] {
            assert_eq!(understand(header), None, "{header}");
        }
    }

    #[test]
    fn no_name_stands_twice() {
        let mut seen = std::collections::HashSet::new();
        for name in NAMES.iter().flat_map(|(_, names)| *names) {
            assert!(seen.insert(name), "{name}");
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()), "{name}");
        }
    }
}
