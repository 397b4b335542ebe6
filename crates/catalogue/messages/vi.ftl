# Mỗi mã lỗi của danh mục thủ tục một câu.
cat0001 = Tệp danh mục thủ tục không đọc được.
cat0002 = Tệp danh mục thiếu cột { $column }.
cat0003 = Mã thủ tục không đúng dạng.
cat0004 = Thủ tục không có tên, hoặc tên quá dài.
cat0005 = Mã thủ tục có hai lần trong tệp.
cat0006 = Cấp thực hiện hoặc đối tượng này chưa có trong từ vựng của gói.
cat0007 = Dòng có số ô khác với tiêu đề.
cat0008 = Giá trị này không đọc được, nên coi như chưa biết.
cat0009 = Tệp lớn hơn { $max } byte.
cat0010 = Danh mục đã có dữ liệu của ngày { $day }, muộn hơn tệp này.
cat0011 = Có { $rows } dòng không đọc được, nên tệp không thể coi là đầy đủ.
cat0012 = Không có thủ tục này trong danh mục.
cat0013 = Dữ liệu danh mục đã lưu không đọc được.
cat0020 = Gói có tệp danh mục mà chương trình không biết.
cat0021 = Danh sách dịch vụ công thiết yếu trong gói có số trùng hoặc sai số lượng.
cat0022 = Từ thường dùng trong gói bị trùng hoặc trống.
cat0023 = Thay thế thủ tục trong gói chạy vòng.
