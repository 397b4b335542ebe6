use super::*;

/// The fields found in a file whose first line is the header, as `field=column+column`.
fn found(text: &str) -> Vec<String> {
    let mut lines = text.lines().map(|line| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>());
    let headers = lines.next().unwrap();
    let sample: Vec<_> = lines.collect();
    let recognised = recognise(&headers, &sample, &Schema::people());
    assert!(recognised.mapping.columns.len() == recognised.fields.len());
    let used: usize = recognised.fields.iter().map(|found| found.columns.len()).sum();
    assert_eq!(used + recognised.unused.len(), headers.len(), "every column is either used or unused");
    recognised
        .fields
        .iter()
        .map(|found| format!("{}={} {:?}", found.field, found.columns.join("+"), found.sureness).to_lowercase())
        .collect()
}

#[test]
fn the_usual_file_of_an_agency() {
    let text = "STT|Họ và tên|Ngày sinh|Giới tính|Số CMND/CCCD|Địa chỉ|Mã số BHXH\n\
                1|Nguyễn Văn An|01/02/1990|Nam|001090000001|Xã Tân Lập, Vũ Thư, Thái Bình|0123456789\n\
                2|Trần Thị Bình|1985|Nữ|012345678|Phường Trúc Bạch|0123456780";
    assert_eq!(
        found(text),
        [
            "personal_number=số cmnd/cccd sure",
            "full_name=họ và tên sure",
            "birth_date=ngày sinh sure",
            "sex=giới tính sure",
            "commune_code=địa chỉ sure",
        ]
    );
}

#[test]
fn the_register_knows_its_own_columns() {
    let headers = "personal_number|full_name|birth_date|sex|old_id|commune_code|province_code|father_name|mother_name|\
                   household|relation|father_number|mother_number|spouse_number|marital_status|ethnicity|birth_commune|address";
    let expected: Vec<String> =
        Schema::people().fields.iter().map(|field| format!("{0}={0} sure", field.name)).collect();
    assert_eq!(found(headers), expected);
}

#[test]
fn parts_are_joined() {
    let text = "Họ|Chữ đệm|Tên|Ngày|Tháng|Năm|Xã|Huyện|Tỉnh\nĐỗ|Thị|Lan|1|2|1990|Tân Lập|Vũ Thư|Thái Bình";
    assert_eq!(
        found(text),
        [
            "full_name=họ+chữ đệm+tên sure",
            "birth_date=ngày+tháng+năm sure",
            "commune_code=xã+huyện sure",
            "province_code=tỉnh sure"
        ]
    );
    assert_eq!(found("Họ đệm|Tên\nĐỗ Thị|Lan"), ["full_name=họ đệm+tên sure"]);
    assert_eq!(found("Ngày sinh|Tháng sinh|Năm sinh\n1|2|1990"), ["birth_date=ngày sinh+tháng sinh+năm sinh sure"]);
    assert_eq!(found("Ngày sinh|Năm sinh\n1/2/1990|1990"), ["birth_date=ngày sinh sure"]);
}

#[test]
fn content_decides_in_doubt() {
    // Called after the old paper, and full of new numbers.
    assert_eq!(found("CMND\n001090000001\n001090000002"), ["personal_number=cmnd likely"]);
    assert_eq!(found("CMND\n012345678\n012345679"), ["old_id=cmnd sure"]);
    assert_eq!(found("CMND|CCCD\n012345678|001090000001"), ["personal_number=cccd sure", "old_id=cmnd sure"]);
    // The two are exchanged.
    assert_eq!(found("CCCD|CMND\n012345678|001090000001")[0], "personal_number=cmnd likely");
    assert_eq!(found("Tên\nNguyễn Văn An\nTrần Thị Bình"), ["full_name=tên likely"]);
    // Nothing is said by the names at all.
    assert_eq!(
        found("#1|#2|#3|#4\n001090000001|Nguyễn Văn An|1/2/1990|Nam"),
        ["personal_number=#1 doubtful", "full_name=#2 doubtful", "birth_date=#3 doubtful", "sex=#4 doubtful"]
    );
    // The name says one thing, the content another.
    assert_eq!(found("Ngày sinh\nLan\nHoa"), ["birth_date=ngày sinh doubtful"]);
}

#[test]
fn nothing_is_recognised_in_what_is_nothing() {
    let recognised = recognise(&[], &[], &Schema::people());
    assert!(recognised.is_doubtful());
    assert_eq!(found("Lương|Thưởng\n5|6"), [] as [String; 0]);
}

#[test]
fn files_that_are_not_about_people_are_matched_by_name() {
    let mapping = Mapping::parse("m", "fields: [{name: given_name, kind: text}, {name: sex, kind: code}]").unwrap();
    let headers = ["rec_id", "sex", "given_name"].map(String::from);
    let recognised = recognise(&headers, &[], &mapping.schema());
    assert_eq!(recognised.mapping.columns_of("given_name").unwrap(), ["given_name"]);
    assert_eq!(recognised.mapping.schema(), mapping.schema());
    assert_eq!(recognised.unused, [Unused { column: "rec_id".into(), why: Left::Unknown }]);
}
