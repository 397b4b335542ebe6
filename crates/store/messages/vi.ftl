# Mỗi mã lỗi của crate store một câu.
sto0001 = Hệ thống gặp lỗi khi đọc hoặc ghi dữ liệu. Chưa có gì được thay đổi.
sto0002 = Cơ sở dữ liệu tạm thời chưa sẵn sàng. Hãy thử lại sau ít phút.
sto0003 = Máy chủ PostgreSQL chưa được cài đặt.
sto0004 = Thư mục dữ liệu đang được một chương trình khác sử dụng.
sto0005 = Không khởi động được cơ sở dữ liệu.
sto0006 = Không cập nhật được cấu trúc cơ sở dữ liệu.
sto0007 = Ứng dụng kết nối cơ sở dữ liệu bằng tài khoản không được phép.
sto0008 = Không có công việc lỗi này.
sto0009 = Dữ liệu gửi vào hàng đợi quá lớn.
sto0010 = Công việc bị dừng đột ngột do lỗi chương trình.
