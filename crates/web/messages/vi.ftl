# Lỗi chung của mọi trang.
web0000 = Hệ thống gặp trục trặc. Dữ liệu của Anh/Chị vẫn nguyên vẹn; mời Anh/Chị thử lại sau ít phút.
web0001 = Trang này không có, hoặc Anh/Chị không có quyền xem.
web0002 = Địa chỉ này không nhận cách gửi đó.
web0003 = Nội dung gửi lên quá lớn. Tối đa { $limit } MB cho mỗi lần gửi.
web0004 = Nội dung gửi lên không đúng định dạng JSON (dòng { $line }, cột { $column }).
web0005 = Dữ liệu gửi lên thiếu hoặc sai kiểu: { $detail }.
web0006 = Biểu mẫu này đã hết hiệu lực. Mời Anh/Chị tải lại trang rồi gửi lại.
web0007 = Yêu cầu đến từ một trang web khác nên không được nhận.
web0008 = Mời Anh/Chị đăng nhập để tiếp tục.
web0009 = Tài khoản của Anh/Chị không được dùng phần này.
web0010 = Anh/Chị đã thử quá nhiều lần. Mời thử lại sau { $seconds } giây.
web0011 = Hệ thống đang quá tải, chưa làm được việc này. Mời Anh/Chị thử lại sau ít phút.
web0012 = Yêu cầu mất quá nhiều thời gian nên đã dừng. Mời Anh/Chị thử lại.
web0013 = Nội dung gửi lên phải là { $expected }.
web0014 = Cơ sở dữ liệu chưa sẵn sàng. Mời Anh/Chị thử lại sau ít phút.

# Lỗi khi khởi động và trong phiên đã lưu, dành cho người vận hành.
web0100 = Một tệp câu chữ không dùng được.
web0101 = Một mẫu trang không dùng được.
web0102 = Không đọc được một phiên đã lưu.
